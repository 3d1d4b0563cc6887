// Reads and judges what a reader types: as backprop.practice.answers does in Python.
const Answers = {
  // The numbers that a text can be.
  read(text) {
    const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
    let plain = text.replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/g, (sign) => "0123456789-"[superscripts.indexOf(sign)]);
    plain = plain.replace(/[\s_'’]/g, "").replace(/[−–]/g, "-").replace(/[·×]/g, "*");
    const percent = plain.endsWith("%");
    plain = plain.replace(/%$/, "").replace(/\*10(?:\^|\*\*)?\(?([-+]?\d+)\)?$/, "e$1");
    const parts = plain.split("/").map((part) => {
      const found = [];
      if (/^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(part)) found.push(part.replaceAll(",", ""));
      const decimal = part.replace(",", ".");
      if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i.test(decimal)) found.push(decimal);
      return found.map(Number);
    });
    if (!plain || text.length > 60 || parts.length > 2) return [];
    const [over, under = [1]] = parts;
    const found = over.flatMap((a) => under.filter((b) => b).map((b) => a / b));
    return found.map((number) => (percent ? number / 100 : number));
  },

  // How far a number of so many significant digits may be off, relative to the wanted one.
  tolerance: (digits) => 0.6 * 10 ** (1 - digits),

  agrees(numbers, wanted, tolerance) {
    const allowed = tolerance * Math.abs(wanted) + 1e-12;
    return numbers.some((number) => Math.abs(number - wanted) <= allowed);
  },

  // What is said of a number that is neither right nor a known mistake.
  excuse(numbers, right, digits) {
    if (!numbers.length) return "This is not a number: type one such as −0.25, −1/4 or 2.5e-3.";
    return Answers.agrees(numbers, right, 0.03)
      ? `Close: was a number rounded on the way? Give ${digits} significant digits.`
      : "Not right, and none of the known mistakes.";
  },
};
