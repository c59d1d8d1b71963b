  // One drawing of a chart. It comes from the page complete; what zoom and smoothing change is drawn again here, in the
  // same shapes, and the page's own parts return when both are off.
  const MOST_MARKED_POINTS = 12;
  const LABEL_HEIGHT = 15;
  const shape = (kind, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const group = (series, parts) => {
    const element = shape("g", { class: "s" + series.i });
    element.append(...parts);
    return element;
  };

  class Drawing {
    constructor(svg, names) {
      this.svg = svg;
      const number = name => Number(svg.dataset[name]);
      Object.assign(this, { left: number("left"), end: number("end"), top: number("top"), floor: number("floor") });
      this.home = { x: { low: number("low"), high: number("high") }, y: { low: number("ylow"), high: number("yhigh") } };
      this.x = this.home.x;
      this.y = this.home.y;
      this.tickNames = names;
      this.parts = ["axes", "lines", "names"].map(name => svg.querySelector("." + name)).filter(part => part);
      this.original = new Map(this.parts.map(part => [part, [...part.childNodes]]));
      this.labels = new Map([...svg.querySelectorAll(".names > g")].map(g => [g.getAttribute("class"), g.textContent]));
      this.reading = svg.querySelector(".reading");
    }

    across(x) { return this.left + (x - this.x.low) / (this.x.high - this.x.low) * (this.end - this.left); }
    up(y) { return this.floor - (y - this.y.low) / (this.y.high - this.y.low) * (this.floor - this.top); }
    place(x, y) { return this.across(x).toFixed(1) + " " + this.up(y).toFixed(1); }

    // The value of the horizontal axis under a place of the screen.
    under(clientX) {
      const box = this.svg.getBoundingClientRect();
      const at = (clientX - box.left) / box.width * this.svg.viewBox.baseVal.width;
      return this.x.low + (clamp(at, this.left, this.end) - this.left) / (this.end - this.left) * (this.x.high - this.x.low);
    }

    restore() {
      this.x = this.home.x;
      this.y = this.home.y;
      for (const [part, nodes] of this.original) part.replaceChildren(...nodes);
    }

    redraw(series, x, y) {
      this.restore();
      this.x = x;
      this.y = y;
      const [axes, lines, names] = this.parts;
      if (x !== this.home.x) axes.replaceChildren(axes.firstElementChild, ...this.axisParts());
      lines.replaceChildren(...series.map(line => group(line, this.lineParts(line))));
      if (names) names.replaceChildren(...this.nameParts(series));
    }

    axisParts() {
      const parts = [];
      const rule = (x1, y1, x2, y2, kind) => parts.push(shape("line", { x1, y1, x2, y2, class: kind }));
      const text = (x, y, anchor, words) => parts.push(shape("text", { x, y, class: "tick", "text-anchor": anchor }, words));
      for (const tick of ticksOf(this.y)) {
        const at = this.up(tick).toFixed(1);
        rule(this.left, at, this.end, at, Math.abs(tick - this.y.low) < this.y.step / 2 ? "base" : "grid");
        text(this.left - 8, Number(at) + 4.2, "end", fixed(tick, decimalsOf(this.y.step)));
      }
      for (const tick of ticksOf(this.x)) {
        const at = this.across(tick).toFixed(1);
        rule(at, this.floor, at, this.floor + 4, "base");
        text(at, this.floor + 17, "middle", this.tickNames ? this.tickNames[tick - 1] : fixed(tick, decimalsOf(this.x.step)));
      }
      parts.push(this.original.get(this.parts[0]).filter(node => node.localName === "text").at(-1).cloneNode(true));
      return parts;
    }

    lineParts(line) {
      const parts = [];
      const path = (kind, points, closed) => parts.push(shape("path", { class: kind, d: "M" + points.join("L") + (closed ? "Z" : "") }));
      const along = values => line.x.map((x, i) => this.place(x, values[i]));
      if (line.low) path("band", [...along(line.high), ...along(line.low).reverse()], true);
      if (line.raw && line.x.length > 1) path("behind", along(line.raw));
      if (line.x.length > 1) path("line", along(line.y));
      const seen = line.x.flatMap((x, i) => x >= this.x.low && x <= this.x.high ? [i] : []);
      if (seen.length <= MOST_MARKED_POINTS)
        for (const i of seen)
          parts.push(shape("circle", { class: "mark", cx: this.across(line.x[i]).toFixed(1), cy: this.up(line.y[i]).toFixed(1), r: 3 }));
      return parts;
    }

    // Names stand at the ends of what is seen of their lines, pushed apart where lines end close together.
    nameParts(series) {
      const ends = series.flatMap(line => {
        const last = line.x.findLastIndex(x => x <= this.x.high);
        if (last < 0 || line.x[last] < this.x.low || !this.labels.has("s" + line.i)) return [];
        return [{ line, x: this.across(line.x[last]), y: clamp(this.up(line.y[last]), this.top, this.floor) }];
      }).sort((a, b) => a.y - b.y);
      const places = ends.map(end => end.y);
      for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i], places[i - 1] + LABEL_HEIGHT);
      if (places.at(-1) > this.floor)
        for (let i = places.length - 1; i >= 0; i--)
          places[i] = Math.min(places[i], this.floor - (places.length - 1 - i) * LABEL_HEIGHT);
      return ends.map((end, i) => group(end.line, [
        shape("path", { class: "lead", d: `M${(end.x + 2).toFixed(1)} ${end.y.toFixed(1)}L${this.end + 8} ${places[i].toFixed(1)}` }),
        shape("text", { class: "name", x: this.end + 11, y: (places[i] + 4.3).toFixed(1) }, this.labels.get("s" + end.line.i)),
      ]));
    }
  }
