  const root = document.documentElement;

  // What lies folded prints folded where there is much of it; elsewhere paper shows all.
  const folds = [...document.querySelectorAll("details")];
  const MOST_UNFOLDED_ON_PAPER = 12;
  window.addEventListener("beforeprint", () => {
    if (folds.length <= MOST_UNFOLDED_ON_PAPER) for (const part of folds) part.open = true;
  });
  const unfold = document.querySelector(".unfold");
  if (unfold) {
    unfold.hidden = false;
    unfold.addEventListener("click", () => {
      const open = folds.some(part => !part.open);
      for (const part of folds) part.open = open;
      unfold.textContent = open ? "Close all settings" : "Open all settings";
    });
  }

  // Colours: the reader's choice, kept where the browser allows it.
  const choices = [...document.querySelectorAll("[data-theme-choice]")];
  const setTheme = choice => {
    if (choice) root.dataset.theme = choice; else delete root.dataset.theme;
    for (const button of choices)
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    try { localStorage.setItem("evenkeel-theme", choice); } catch { /* a page without storage still works */ }
  };
  for (const button of choices)
    button.addEventListener("click", () => setTheme(button.dataset.themeChoice));
  try { setTheme(localStorage.getItem("evenkeel-theme") || ""); } catch { setTheme(""); }
