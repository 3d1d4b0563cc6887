// Chapters 5, 7 and 16: paired trials of two methods, drawn one by one, and a verdict before the last.
class OneMoreTrial extends Explorer {
  static title = "One more trial";
  static settings = {
    comparison: {
      label: "Comparison", value: "wheat", asks: true,
      choices: Object.fromEntries(Object.entries(Data.TRIALS).map(([name, { label }]) => [name, label])),
    },
    order: {
      label: "Order of the trials", value: "0",
      choices: { 0: "as stored", 1: "shuffled, 1", 2: "shuffled, 2", 3: "shuffled, 3", 4: "shuffled, 4" },
    },
    trials: { from: 2, to: 99, value: 5 }, // how many were drawn before the verdict
  };

  static alike = 1e-9; // scores closer than this are a tie

  // Effect, spread and wins of differences, with the p-values of the corrected t-test and of the sign test.
  static compare(differences, [trainingRows, testRows]) {
    const count = differences.length;
    const effect = differences.reduce((sum, one) => sum + one, 0) / count;
    const square = differences.reduce((sum, one) => sum + (one - effect) ** 2, 0);
    const spread = Math.sqrt(square / (count - 1));
    const wins = differences.filter((one) => one > 0).length;
    const losses = differences.filter((one) => one < 0).length;
    const t = effect / (spread * Math.sqrt(1 / count + testRows / trainingRows));
    const p = spread > 0 ? OneMoreTrial.student(Math.abs(t), count - 1) : effect === 0 ? 1 : 0;
    return { effect, spread, wins, ties: count - wins - losses, losses, p, coins: OneMoreTrial.coins(wins, losses) };
  }

  // How probable a t statistic at least as far from 0 is, in either direction: Student's distribution
  // as a finite sum of powers of cos² θ, where tan θ = t / √freedom.
  static student(t, freedom) {
    const angle = Math.atan(t / Math.sqrt(freedom));
    const odd = freedom % 2;
    let [term, total] = [odd ? Math.cos(angle) : 1, 0];
    for (let k = odd ? 3 : 2; k <= freedom; k += 2) {
      total += term;
      term *= ((k - 1) / k) * Math.cos(angle) ** 2;
    }
    return 1 - (odd ? (2 / Math.PI) * (angle + Math.sin(angle) * total) : Math.sin(angle) * total);
  }

  // The sign test: how probable so uneven a number of wins is, if each trial is won like a coin.
  static coins(wins, losses) {
    const count = wins + losses;
    let [ways, total] = [1, 0];
    for (let heads = 0; heads <= Math.min(wins, losses); heads++) {
      total += ways;
      ways = (ways * (count - heads)) / (heads + 1);
    }
    return Math.min(1, (2 * total) / 2 ** count);
  }

  compute({ comparison, order, trials }) {
    const { ours, rival, split, scores, orders } = Data.TRIALS[comparison];
    const differences = orders[Number(order)].map((trial) => {
      const difference = scores[0][trial] - scores[1][trial];
      return Math.abs(difference) < OneMoreTrial.alike ? 0 : difference;
    });
    const drawn = Math.min(Math.round(trials), differences.length - 1);
    return {
      ours, rival, differences, drawn,
      first: OneMoreTrial.compare(differences.slice(0, drawn), split),
      all: OneMoreTrial.compare(differences, split),
    };
  }

  rows({ differences, drawn, first, all }) {
    const names = {
      effect: "effect", spread: "spread", wins: "wins", ties: "ties", losses: "losses",
      p: "p, corrected t-test", coins: "p of a sign test, as if the trials were coins",
    };
    const rows = (found, after) => Object.entries(names).map(([key, name]) => [`${name} ${after}`, found[key]]);
    return [
      ...rows(all, "of all trials"), ...rows(first, `after ${drawn} trials`),
      ...differences.map((one, i) => [`difference in trial ${i + 1}`, one]),
    ];
  }

  static verdicts = ({ ours, rival }) => [
    [1, `${ours} is better: chance alone would rarely make such a difference (p below 0.05)`],
    [-1, `${rival} is better: chance alone would rarely make such a difference (p below 0.05)`],
    [0, "it is open: chance alone often makes such a difference (p of 0.05 or more)"],
    [2, "the two are equally good, and the trials show it"],
  ];

  question(result) {
    const { all, differences, ours, rival } = result;
    const { effect, spread, p, coins } = all;
    const { compute, mistakes } = Formulas.VERDICT;
    const right = compute(effect, spread, p, coins);
    const evidence = `With the last trial the effect is ${inDigits(effect, 3)}, the spread ${inDigits(spread, 3)}, ` +
      `and p is ${inDigits(p, 3)}.`;
    return {
      text: `Draw trials; the last of the ${differences.length} is drawn after your verdict. A difference is the ` +
        `accuracy of ${ours} minus that of ${rival}. What do all ${differences.length} say?`,
      options: OneMoreTrial.verdicts(result).map(([verdict, label]) => {
        const mistake = mistakes.find((one) => one.compute(effect, spread, p, coins) === verdict);
        const named = mistake ? `${mistake.form}: ${mistake.explanation} ` : "";
        return {
          label: label.charAt(0).toUpperCase() + label.slice(1), right: verdict === right,
          explanation: verdict === right ? evidence : named + evidence,
        };
      }),
    };
  }

  static summary(found, count) {
    const times = (number, word) => `${number} ${word}${number === 1 ? "" : word === "loss" ? "es" : "s"}`;
    return `${count} trials: mean ${inDigits(found.effect, 3)}, spread ${inDigits(found.spread, 3)}, ` +
      `${times(found.wins, "win")}, ${times(found.ties, "tie")}, ${times(found.losses, "loss")}`;
  }

  say({ all, differences }) {
    return `All ${OneMoreTrial.summary(all, differences.length)}; p = ${inDigits(all.p, 3)}. A sign test would say ` +
      `${inDigits(all.coins, 2)}, but the trials share their examples.`;
  }

  draw({ differences, drawn, first, ours, rival }, known) {
    this.tools || this.start();
    const count = differences.length;
    this.tools.hidden = known || drawn === count - 1;
    this.soFar.hidden = known;
    const last = drawn === count - 1 ? " One trial is left: give your verdict." : "";
    this.soFar.textContent = `${OneMoreTrial.summary(first, drawn)}.${last}`;

    const shown = differences.slice(0, known ? count : drawn);
    const far = 1.3 * Math.max(...differences.map(Math.abs)); // leaves a line for words
    const plot = new Plot({
      width: this.pictureWidth(), height: 260, x: [0, count + 1], y: [-far, far],
      xLabel: "trial", yLabel: "difference in accuracy",
      label: `The difference in each trial, ${ours} minus ${rival}, and the mean so far`,
    });
    plot.curve([[0, 0], [count + 1, 0]], "muted");
    shown.forEach((one, i) => plot.point([i + 1, one], "forward", i === shown.length - 1 ? 6 : 3.5));
    let total = 0;
    plot.curve(shown.map((one, i) => [i + 1, (total += one) / (i + 1)]), "backward");
    plot.text([count + 1, far], "line: mean so far", { "text-anchor": "end", dy: 12 });
    this.picture.replaceChildren(plot.svg);
  }

  start() {
    const more = (count) => () => this.set({ trials: this.compute(this.state).drawn + count });
    this.tools = create("p", { class: "explorer-tools" });
    this.tools.append(this.button("Draw one more trial", more(1)), " ", this.button("Draw ten more", more(10)));
    this.soFar = create("p", { "aria-live": "polite" });
    this.picture.before(this.tools, this.soFar);
  }
}

customElements.define("one-more-trial", OneMoreTrial);
