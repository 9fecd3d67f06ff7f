// Sets light or dark before the first paint. A file of its own because the content security policy allows no inline script.
(function () {
  var chosen;
  try {
    chosen = localStorage.getItem("mantine-color-scheme-value");
  } catch {
    chosen = null; // storage is switched off in this browser
  }
  chosen = chosen || "auto";
  var dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
