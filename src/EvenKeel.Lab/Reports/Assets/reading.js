  // Read-out: the values at the pointer, or at the place the arrow keys have moved to.
  const tip = document.getElementById("tip");
  const schemeNames = new Map();

  // The drawing that is read: one at a time, since there is one tip.
  let current = null;
  const clear = drawing => {
    drawing.reading.replaceChildren();
    if (current !== drawing) return;
    current = null;
    tip.hidden = true;
  };

  const row = (line, at) => {
    const element = document.createElement("div");
    element.className = "s" + line.i;
    const part = (kind, text) => {
      const piece = document.createElement(kind);
      piece.textContent = text;
      element.append(piece);
    };
    part("i", "");
    part("span", schemeNames.get(line.i));
    part("b", readable(line.y[at]));
    if (line.low && line.low[at] < line.high[at]) part("small", `${readable(line.low[at])} to ${readable(line.high[at])}`);
    return element;
  };

  // Beside the place that is read; on a phone below the drawing, which it would cover.
  const show = (drawing, x) => {
    tip.hidden = false;
    tip.style.left = "0";
    const box = drawing.svg.getBoundingClientRect();
    const scale = box.width / drawing.svg.viewBox.baseVal.width;
    const at = box.left + drawing.across(x) * scale, width = tip.offsetWidth, room = root.clientWidth - width - 8;
    const beside = at + 14 <= room ? at + 14 : at - 14 - width;
    const narrow = drawing.svg.matches(".narrow");
    tip.style.left = window.scrollX + clamp(narrow ? at - width / 2 : beside, 8, Math.max(8, room)) + "px";
    tip.style.top = window.scrollY + (narrow ? box.bottom : box.top + drawing.top * scale + 6) + "px";
  };

  // Shows what lies nearest to the wanted place.
  const read = (chart, drawing, wanted) => {
    const { low, high } = chart.view;
    const all = chart.shown.flatMap(line => line.x).filter(x => x >= low && x <= high);
    if (all.length === 0) { clear(drawing); return; }
    const x = all[nearest(all, wanted)];
    chart.place = x;
    if (current !== null && current !== drawing) clear(current);
    current = drawing;
    const reach = chart.whole ? 0.5 : (high - low) / 20;
    const found = chart.shown.map(line => ({ line, at: nearest(line.x, x) }))
      .filter(({ line, at }) => Math.abs(line.x[at] - x) <= reach)
      .sort((a, b) => a.line.y[a.at] - b.line.y[b.at]);

    drawing.reading.replaceChildren(shape("line",
      { x1: drawing.across(x), x2: drawing.across(x), y1: drawing.top, y2: drawing.floor, class: "cursor" }));
    for (const { line, at } of found)
      if (line.y[at] <= drawing.y.high)
        drawing.reading.append(shape("circle",
          { cx: drawing.across(line.x[at]), cy: drawing.up(line.y[at]), r: 4, class: "dot s" + line.i }));

    const head = document.createElement("strong");
    const { names, x: title } = chart.data;
    head.textContent = names ? `${title} ${names[x - 1]}`
      : chart.whole ? `${title[0].toUpperCase()}${title.slice(1)} ${x}` : `${readable(x)} ${title}`;
    tip.replaceChildren(head, ...found.map(({ line, at }) => row(line, at)));
    show(drawing, x);
  };
