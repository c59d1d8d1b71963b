(() => {
  "use strict";
  const root = document.documentElement;
  const tip = document.getElementById("tip");

  // Paper cannot be unfolded.
  window.addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details")) part.open = true;
  });

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

  // Legend: a click hides or shows a scheme everywhere.
  const hidden = new Set();
  const names = new Map();
  for (const button of document.querySelectorAll(".legend button")) {
    const index = Number(button.dataset.scheme);
    names.set(index, button.querySelector("b").textContent);
    button.addEventListener("click", () => {
      const off = document.body.classList.toggle("off" + index);
      if (off) hidden.add(index); else hidden.delete(index);
      button.setAttribute("aria-pressed", String(!off));
    });
  }

  // Read-out: the values at the pointer, or at the place the arrow keys have moved to.
  const svgName = "http://www.w3.org/2000/svg";
  const format = value => {
    const size = Math.abs(value);
    return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3).replace("-", "\u2212");
  };
  const nearest = (xs, x) => {
    let best = 0;
    for (let i = 1; i < xs.length; i++)
      if (Math.abs(xs[i] - x) < Math.abs(xs[best] - x)) best = i;
    return best;
  };
  const number = (chart, name) => Number(chart.dataset[name]);
  const clear = chart => {
    chart.querySelector(".reading").replaceChildren();
    tip.hidden = true;
  };
  const draw = (parent, kind, attributes) => {
    const element = document.createElementNS(svgName, kind);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    parent.append(element);
  };

  const read = (chart, data, wanted) => {
    const shown = data.series.filter(series => !hidden.has(series.i) && series.x.length > 0);
    if (shown.length === 0) { clear(chart); return wanted; }
    const all = shown.flatMap(series => series.x);
    const x = all[nearest(all, wanted)];
    const left = number(chart, "left"), end = number(chart, "end");
    const top = number(chart, "top"), floor = number(chart, "floor");
    const low = number(chart, "ylow"), high = number(chart, "yhigh");
    const first = number(chart, "low"), last = number(chart, "high");
    const across = value => left + (value - first) / (last - first) * (end - left);
    const up = value => floor - (value - low) / (high - low) * (floor - top);

    const reading = chart.querySelector(".reading");
    reading.replaceChildren();
    draw(reading, "line", { x1: across(x), x2: across(x), y1: top, y2: floor, class: "cursor" });
    const rows = [];
    for (const series of shown) {
      const at = nearest(series.x, x);
      const reach = data.names || data.x === "epoch" ? 0.5 : last / 20;
      if (Math.abs(series.x[at] - x) > reach) continue;
      rows.push({ i: series.i, y: series.y[at] });
      if (series.y[at] <= high)
        draw(reading, "circle", { cx: across(series.x[at]), cy: up(series.y[at]), r: 4, class: "dot s" + series.i });
    }
    rows.sort((a, b) => a.y - b.y);

    tip.replaceChildren();
    const head = document.createElement("strong");
    head.textContent = data.names ? data.x + " " + data.names[x - 1]
      : data.x === "epoch" ? "Epoch " + x : format(x) + " " + data.x;
    tip.append(head);
    for (const row of rows) {
      const line = document.createElement("div");
      line.className = "s" + row.i;
      const swatch = document.createElement("i");
      const name = document.createElement("span");
      const value = document.createElement("b");
      name.textContent = names.get(row.i);
      value.textContent = format(row.y);
      line.append(swatch, name, value);
      tip.append(line);
    }
    tip.hidden = false;
    const box = chart.getBoundingClientRect();
    const scale = box.width / chart.viewBox.baseVal.width;
    const right = box.left + across(x) * scale + 14;
    const fits = right + tip.offsetWidth < root.clientWidth - 8;
    tip.style.left = window.scrollX + (fits ? right : Math.max(8, right - 28 - tip.offsetWidth)) + "px";
    tip.style.top = window.scrollY + box.top + top * scale + 6 + "px";
    return x;
  };

  for (const chart of document.querySelectorAll("svg[data-chart]")) {
    const id = chart.dataset.chart;
    const data = JSON.parse(document.querySelector(`script[data-values="${id}"]`).textContent);
    let place = number(chart, "high");
    const fromPointer = event => {
      const box = chart.getBoundingClientRect();
      const at = (event.clientX - box.left) / box.width * chart.viewBox.baseVal.width;
      const left = number(chart, "left"), end = number(chart, "end");
      const low = number(chart, "low"), high = number(chart, "high");
      place = read(chart, data, low + (at - left) / (end - left) * (high - low));
    };
    chart.addEventListener("pointermove", fromPointer);
    chart.addEventListener("pointerdown", fromPointer);
    chart.addEventListener("pointerleave", () => clear(chart));
    chart.addEventListener("focus", () => { if (chart.matches(":focus-visible")) place = read(chart, data, place); });
    chart.addEventListener("blur", () => clear(chart));
    chart.addEventListener("keydown", event => {
      const xs = [...new Set(data.series.flatMap(series => series.x))].sort((a, b) => a - b);
      const at = nearest(xs, place);
      const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: xs.length - 1 };
      if (event.key === "Escape") { clear(chart); return; }
      if (!(event.key in moves)) return;
      event.preventDefault();
      place = read(chart, data, xs[Math.min(xs.length - 1, Math.max(0, moves[event.key]))]);
    });
  }
})();
