// Runs in a copy of a report's page: does what a reader would, with real events, and tells the frame around it what came of it.
window.addEventListener("load", () => {
  const outcome = { errors: window.pageErrors };
  try { Object.assign(outcome, check()); } catch (error) { outcome.errors.push("check: " + error.stack); }
  parent.postMessage(outcome, "*");
});

function check() {
  const figure = document.querySelector("#chart-set1-error");
  const svg = [...figure.querySelectorAll("svg")].find(drawing => drawing.getClientRects().length > 0);
  const tip = document.querySelector("#tip");
  const reset = figure.querySelector(".reset");
  const legend = document.querySelector('.legend button[data-scheme="0"]');
  const smoothing = document.querySelector(".smoothing select");
  svg.scrollIntoView({ block: "center", behavior: "instant" });

  const box = () => svg.getBoundingClientRect();
  const left = Number(svg.dataset.left), end = Number(svg.dataset.end);
  const part = share => box().left + (left + share * (end - left)) / svg.viewBox.baseVal.width * box().width;
  const send = (type, x, more = {}) => {
    const kind = type.startsWith("pointer") ? PointerEvent : type === "wheel" ? WheelEvent : MouseEvent;
    const event = new kind(type, {
      bubbles: true, cancelable: true, clientX: x, clientY: box().top + box().height / 2, pointerId: 1, isPrimary: true, ...more,
    });
    svg.dispatchEvent(event);
    return event;
  };
  const press = key => svg.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const drag = (from, to) => {
    send("pointerdown", part(from));
    send("pointermove", part((from + to) / 2));
    const marked = svg.querySelector(".reading .range") !== null;
    send("pointermove", part(to));
    send("pointerup", part(to));
    return marked;
  };
  const tipText = () => tip.hidden ? "" : [...tip.children].map(line => [...line.children].map(piece => piece.textContent).join("|") || line.textContent).join(";");
  const ticks = () => [...svg.querySelectorAll(".axes text.tick")].map(tick => tick.textContent);
  const shapes = () => svg.querySelector(".axes").innerHTML + svg.querySelector(".lines").innerHTML + (svg.querySelector(".names")?.innerHTML ?? "");
  const seen = element => getComputedStyle(element).display !== "none";

  const outcome = { width: innerWidth, touch: getComputedStyle(svg).touchAction, bands: svg.querySelectorAll(".band").length };
  const before = shapes();

  send("pointermove", part(0.5));
  outcome.hover = tipText();
  send("pointerleave", part(0.5));
  outcome.left = tipText();

  send("pointerdown", part(0.5), { pointerType: "touch" });
  send("pointerup", part(0.5), { pointerType: "touch" });
  send("pointerleave", part(0.5), { pointerType: "touch" });
  outcome.tapped = tipText();
  const tipBox = tip.getBoundingClientRect();
  outcome.tipInside = tipBox.left >= 0 && tipBox.right <= innerWidth && (svg.matches(".wide") || tipBox.top >= box().bottom - 1);
  document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
  outcome.tappedAway = tipText();

  svg.focus();
  outcome.focused = document.activeElement === svg && getComputedStyle(svg).outlineStyle;
  press("Home");
  outcome.home = tipText();
  press("ArrowRight");
  outcome.right = tipText();
  press("End");
  outcome.end = tipText();
  press("+");
  outcome.keyTicks = ticks();
  outcome.resetShown = !reset.hidden;
  press("Home");
  outcome.followed = ticks();
  press("-");
  press("-");
  outcome.outAgain = shapes() === before && reset.hidden;
  press("+");
  press("0");
  outcome.keyReset = shapes() === before && reset.hidden;
  press("Escape");
  outcome.escaped = tipText();

  outcome.dragMarked = drag(0.25, 0.5);
  outcome.dragTicks = ticks();
  outcome.dragState = figure.querySelector(".state").textContent;
  outcome.otherUnmoved = document.querySelector("#chart-set1-train-loss .reset").hidden;
  send("dblclick", part(0.5));
  outcome.doubleReset = shapes() === before;
  drag(0.6, 0.9);
  reset.click();
  outcome.buttonReset = shapes() === before && reset.hidden && document.activeElement === svg;
  send("pointerdown", part(0.2));
  send("pointercancel", part(0.4));
  send("pointerup", part(0.6));
  outcome.scrolledAway = shapes() === before;
  outcome.plainWheel = send("wheel", part(0.5), { deltaY: -100 }).defaultPrevented;
  outcome.zoomWheel = send("wheel", part(0.5), { deltaY: -100, ctrlKey: true }).defaultPrevented && !reset.hidden;
  press("0");

  outcome.smoothingShown = seen(smoothing) && !smoothing.closest("label").hidden;
  outcome.windows = [...smoothing.options].map(option => option.value).join();
  smoothing.value = "5";
  smoothing.dispatchEvent(new Event("change", { bubbles: true }));
  outcome.behind = svg.querySelectorAll(".behind").length;
  outcome.smoothBands = svg.querySelectorAll(".band").length;
  outcome.smoothState = figure.querySelector(".state").textContent;
  svg.focus();
  press("Home");
  for (let epoch = 1; epoch < 12; epoch++) press("ArrowRight");
  outcome.smooth = tipText();
  press("End");
  outcome.smoothEnd = tipText();
  smoothing.value = "1";
  smoothing.dispatchEvent(new Event("change", { bubbles: true }));
  outcome.smoothOff = shapes() === before;

  const strength = index => getComputedStyle(svg.querySelector(".lines .s" + index)).opacity;
  legend.dispatchEvent(new PointerEvent("pointerenter"));
  outcome.marked = [0, 1, 2].map(strength).join();
  legend.dispatchEvent(new PointerEvent("pointerleave"));
  outcome.unmarked = [0, 1, 2].map(strength).join();
  legend.click();
  outcome.hidden = !seen(svg.querySelector(".lines .s0")) && legend.getAttribute("aria-pressed") === "false";
  send("pointermove", part(0.5));
  outcome.hoverHidden = tipText();
  legend.click();
  outcome.shownAgain = seen(svg.querySelector(".lines .s0"));

  const paper = choice => {
    document.querySelector(`[data-theme-choice="${choice}"]`).click();
    return getComputedStyle(document.body).backgroundColor;
  };
  outcome.dark = paper("dark");
  outcome.light = paper("light");

  for (const part of document.querySelectorAll("details")) part.open = true;
  outcome.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  outcome.unlabelled = [...document.querySelectorAll("button, select, svg, .scroll")]
    .filter(element => !(element.getAttribute("aria-label") || element.textContent.trim() || element.closest("label"))).length;
  return outcome;
}
