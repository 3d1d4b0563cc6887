// Loads an explorer with large weights once the reader comes near it, or a link asks for it. Its
// element and its scripts, in their order, are attributes of the tag that loads this file.
(() => {
  const { src, dataset } = document.currentScript;
  const place = document.querySelector(dataset.element);
  const load = () => {
    for (const name of dataset.scripts.split(" ")) {
      const script = document.createElement("script");
      script.src = new URL(name, src);
      script.async = false; // one after the other
      document.head.append(script);
    }
  };
  if (location.hash.startsWith(`#${dataset.element}?`)) return load();
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    load();
  }, { rootMargin: "1200px" });
  observer.observe(place);
})();
