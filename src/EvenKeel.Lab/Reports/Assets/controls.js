  // Pointer, wheel and keys of a drawing.
  const SHORTEST_DRAG = 8;

  const control = (chart, drawing) => {
    const { svg } = drawing;
    let start = null;
    const readUnder = event => read(chart, drawing, drawing.under(event.clientX));
    const isDrag = event => start !== null && chart.canZoom && Math.abs(event.clientX - start.clientX) >= SHORTEST_DRAG;
    const dragged = event => [drawing.under(start.clientX), drawing.under(event.clientX)].sort((a, b) => a - b);
    const zoomAnd = (change, x) => { change(); read(chart, drawing, x); };

    svg.setAttribute("role", "application");
    svg.setAttribute("aria-roledescription", "chart");
    svg.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight Home End + - 0 Escape");
    svg.addEventListener("pointerdown", event => {
      if (event.button === 0) {
        start = { clientX: event.clientX };
        svg.setPointerCapture(event.pointerId);
      }
      readUnder(event);
    });
    svg.addEventListener("pointermove", event => {
      readUnder(event);
      if (!isDrag(event)) return;
      const [from, to] = dragged(event).map(x => drawing.across(x));
      drawing.reading.prepend(shape("rect",
        { class: "range", x: from, width: to - from, y: drawing.top, height: drawing.floor - drawing.top }));
    });
    svg.addEventListener("pointerup", event => {
      if (isDrag(event)) { chart.zoom(...dragged(event)); clear(drawing); }
      start = null;
    });
    // The browser has taken the finger to scroll the page.
    svg.addEventListener("pointercancel", () => { start = null; clear(drawing); });
    // A lifted finger leaves what it has read; a mouse that leaves does not.
    svg.addEventListener("pointerleave", event => { if (start === null && event.pointerType !== "touch") clear(drawing); });
    svg.addEventListener("dblclick", () => zoomAnd(() => chart.zoom(chart.home.low, chart.home.high), chart.place));
    svg.addEventListener("wheel", event => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const x = drawing.under(event.clientX);
      zoomAnd(() => chart.scale(Math.exp(clamp(event.deltaY, -200, 200) / 250), x), x);
    }, { passive: false });

    svg.addEventListener("focus", () => { if (svg.matches(":focus-visible")) { chart.follow(chart.place); read(chart, drawing, chart.place); } });
    svg.addEventListener("blur", () => clear(drawing));
    svg.addEventListener("keydown", event => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const xs = [...new Set(chart.shown.flatMap(line => line.x))].sort((a, b) => a - b);
      if (xs.length === 0) return;
      const moveTo = index => {
        const x = xs[clamp(index, 0, xs.length - 1)];
        zoomAnd(() => chart.follow(x), x);
      };
      const at = nearest(xs, chart.place);
      const keys = {
        ArrowLeft: () => moveTo(at - 1),
        ArrowRight: () => moveTo(at + 1),
        Home: () => moveTo(0),
        End: () => moveTo(xs.length - 1),
        "+": () => zoomAnd(() => chart.scale(0.5, chart.place), chart.place),
        "=": () => keys["+"](),
        "-": () => zoomAnd(() => chart.scale(2, chart.place), chart.place),
        "0": () => zoomAnd(() => chart.zoom(chart.home.low, chart.home.high), chart.place),
        Escape: () => { start = null; clear(drawing); },
      };
      if (!Object.hasOwn(keys, event.key)) return;
      event.preventDefault();
      keys[event.key]();
    });
  };

  const charts = [...document.querySelectorAll("script[data-values]")].map(script => new Chart(script.closest("figure")));
  for (const chart of charts) {
    for (const drawing of chart.drawings) control(chart, drawing);
    chart.reset.addEventListener("click", () => {
      chart.drawings.find(drawing => drawing.svg.getClientRects().length > 0)?.svg.focus();
      chart.zoom(chart.home.low, chart.home.high);
    });
  }

  document.addEventListener("pointerdown", event => {
    if (current !== null && !current.svg.contains(event.target)) clear(current);
  });

  // Legend: a click hides or shows a scheme everywhere; its lines stand out while its button is pointed at or focused.
  for (const button of document.querySelectorAll(".legend button[data-scheme]")) {
    const index = Number(button.dataset.scheme);
    schemeNames.set(index, button.querySelector("b").textContent);
    const mark = () => { document.body.dataset.mark = index; };
    const unmark = () => { delete document.body.dataset.mark; };
    button.addEventListener("pointerenter", mark);
    button.addEventListener("pointerleave", unmark);
    button.addEventListener("focus", () => { if (button.matches(":focus-visible")) mark(); });
    button.addEventListener("blur", unmark);
    button.addEventListener("click", () => {
      const off = document.body.classList.toggle("off" + index);
      if (off) hidden.add(index); else hidden.delete(index);
      button.setAttribute("aria-pressed", String(!off));
      for (const chart of charts) if (chart.zoomed) chart.draw();
    });
  }

  // Smoothing: one choice for all charts over epochs or time.
  const smoothing = document.querySelector(".smoothing");
  if (smoothing) {
    smoothing.hidden = false;
    const choice = smoothing.querySelector("select");
    choice.addEventListener("change", () => {
      for (const chart of charts) chart.setWindow(Number(choice.value));
    });
  }
