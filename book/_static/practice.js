// Makes a question of folded options answerable: a field for a number, or buttons for a choice. What
// is answered is remembered in this browser alone. The words of an answer are those of the options.
(() => {
  "use strict";
  const KEY = "backprop-answers";
  const PAGE = location.pathname.split("/").pop().replace(/\.html$/, "");

  // What is remembered: {page: {total: 4, answers: {question: {value: "0.5", right: true}}}}.
  function recall() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) || {};
    } catch {
      return {}; // a browser may have no storage, or something else in it
    }
  }

  function remember(change) {
    const all = recall();
    change(all);
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch {
      return; // then it is forgotten with the page
    }
  }

  function create(tag, attributes = {}, text = "") {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  }

  class Question {
    constructor(folded) {
      this.name = folded.dataset.question;
      this.isNumber = folded.dataset.kind === "number";
      this.digits = Number(folded.dataset.digits);
      this.tolerance = Answers.tolerance(this.digits);
      this.options = [...folded.querySelectorAll(".option")].map((option) => {
        const label = option.querySelector("summary").textContent.trim();
        const content = create("div", { class: "option-text" });
        content.append(...[...option.childNodes].filter((node) => node.nodeName !== "SUMMARY"));
        return { label, content, right: option.hasAttribute("data-right") };
      });
      this.box = create("div", { class: "question-box", role: "group", "aria-label": "Your answer" });
      this.verdict = create("div", { class: "verdict", role: "status" });
      this.choices = this.makeChoices();
      if (this.isNumber) this.makeField();
      this.box.append(this.choices, this.verdict);
      folded.replaceWith(this.box);
      const before = recall()[PAGE]?.answers?.[this.name];
      if (before) this.answer(before.value, true);
    }

    makeChoices() {
      const list = create("div", { class: "choices" });
      this.buttons = this.options.map((option) => {
        const button = create("button", { type: "button", "aria-pressed": "false" }, option.label);
        button.addEventListener("click", () => this.answer(option.label));
        list.append(button);
        return button;
      });
      list.hidden = this.isNumber;
      return list;
    }

    makeField() {
      const form = create("form");
      const label = create("label", {}, "Your number ");
      this.field = create("input", { type: "text", autocomplete: "off", size: "14" });
      label.append(this.field);
      const show = create("button", { type: "button", class: "quiet" }, "Show options");
      show.addEventListener("click", () => {
        this.choices.hidden = !this.choices.hidden;
        show.textContent = this.choices.hidden ? "Show options" : "Hide options";
      });
      form.append(label, create("button", { type: "submit" }, "Check"), show);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (this.field.value.trim()) this.answer(this.field.value);
      });
      this.box.append(form);
    }

    // The option that an answer is, or null. A right answer that agrees counts before others.
    find(value) {
      const named = this.options.find((option) => option.label === value);
      if (named || !this.isNumber) return named || null;
      const numbers = Answers.read(value);
      const ordered = [...this.options].sort((a, b) => b.right - a.right);
      return (
        ordered.find((option) => Answers.agrees(numbers, Answers.read(option.label)[0], this.tolerance)) || null
      );
    }

    // Why a number is none of the options.
    excuse(value) {
      const right = this.options.find((option) => option.right);
      const numbers = Answers.read(value);
      return Answers.excuse(numbers, Answers.read(right.label)[0], this.digits);
    }

    answer(value, again = false) {
      const option = this.find(value);
      this.buttons.forEach((button, index) => {
        const chosen = this.options[index] === option;
        button.setAttribute("aria-pressed", String(chosen));
        if (chosen) button.dataset.verdict = option.right ? "right" : "wrong";
      });
      const mark = option?.right ? "✓ " : "✗ ";
      const text = option ? option.content : create("p", {}, this.excuse(value));
      this.verdict.replaceChildren(create("span", { class: "sign", "aria-hidden": "true" }, mark), text);
      this.verdict.dataset.verdict = option?.right ? "right" : "wrong";
      if (this.isNumber && again) this.field.value = value;
      if (again) return;
      remember((all) => {
        all[PAGE].answers[this.name] = { value, right: Boolean(option?.right) };
      });
      showProgress();
    }
  }

  function inWords(page) {
    const answers = Object.values(page.answers);
    const right = answers.filter((answer) => answer.right).length;
    return `${answers.length} of ${page.total} questions answered, ${right} right`;
  }

  function clearButton() {
    const button = create("button", { type: "button", class: "quiet" }, "Clear all answers");
    button.addEventListener("click", () => {
      if (!confirm("Clear your answers on all pages?")) return;
      localStorage.removeItem(KEY);
      location.reload();
    });
    return button;
  }

  let progress = null;
  function showProgress() {
    if (progress) progress.textContent = `${inWords(recall()[PAGE] || { answers: {}, total: 0 })}. `;
  }

  function startPage(folded) {
    remember((all) => {
      const names = folded.map((one) => one.dataset.question);
      const kept = Object.entries(all[PAGE]?.answers || {}).filter(([name]) => names.includes(name));
      all[PAGE] = { total: folded.length, answers: Object.fromEntries(kept) };
    });
    folded.forEach((one) => new Question(one));
    const line = create("p", { class: "progress-line" });
    progress = create("span");
    line.append(progress, clearButton());
    document.querySelector(".bd-article h1")?.after(line);
    showProgress();
  }

  // On the landing page: next to each chapter what is done there.
  function startLanding() {
    const all = Object.entries(recall()).filter(([, page]) => Object.keys(page.answers).length);
    for (const [name, page] of all) {
      const link = document.querySelector(`#the-chapters li a[href$="${name}.html"]`);
      link?.after(create("span", { class: "progress-note" }, inWords(page)));
    }
    if (all.length) document.querySelector("#the-chapters")?.append(clearButton());
  }

  document.addEventListener("DOMContentLoaded", () => {
    const folded = [...document.querySelectorAll("details.question")];
    if (folded.length) startPage(folded);
    else if (PAGE === "index") startLanding();
  });
})();
