  // A chart: its values, the range that is seen of them and how they are smoothed. Wide and narrow drawing share these.
  const hidden = new Set();

  class Chart {
    constructor(figure) {
      this.figure = figure;
      const data = JSON.parse(figure.querySelector("script[data-values]").textContent);
      this.data = data;
      this.whole = data.whole;
      this.drawings = [...figure.querySelectorAll("svg[data-chart]")].map(svg => new Drawing(svg, data.names));
      this.home = this.drawings[0].home.x;
      this.view = this.home;
      this.window = 1;
      this.series = data.series;
      // A range holds three points at least, where the chart does.
      const gaps = data.series.flatMap(line => line.x.slice(1).map((x, i) => x - line.x[i]));
      this.least = Math.min(this.home.high - this.home.low, 2 * Math.max(0, ...gaps));
      this.place = this.home.high;
      this.state = document.createElement("span");
      this.state.className = "state";
      figure.querySelector("figcaption").append(this.state);
      this.reset = document.createElement("button");
      Object.assign(this.reset, { type: "button", className: "reset", textContent: "Reset zoom", hidden: true });
      figure.prepend(this.reset);
    }

    get zoomed() { return this.view !== this.home; }
    get shown() { return this.series.filter(line => !hidden.has(line.i) && line.x.length > 0); }
    get canZoom() { return this.least > 0 && this.least < this.home.high - this.home.low; }

    // Shows a range, whole epochs where there is nothing between them, and never less than a few points.
    zoom(low, high) {
      if (!this.canZoom) return;
      const span = clamp(high - low, this.least, this.home.high - this.home.low);
      const start = clamp((low + high - span) / 2, this.home.low, this.home.high - span);
      const round = value => this.whole ? Math.round(value) : value;
      const all = span >= (this.home.high - this.home.low) * 0.999;
      this.view = all ? this.home : { low: round(start), high: Math.max(round(start + span), round(start) + this.least) };
      this.draw();
    }

    scale(factor, around) {
      const part = (around - this.view.low) / (this.view.high - this.view.low);
      const span = (this.view.high - this.view.low) * factor;
      this.zoom(around - part * span, around + (1 - part) * span);
    }

    // Moves the range so that a place lies in it.
    follow(x) {
      const { low, high } = this.view;
      if (x < low) this.zoom(x, x + high - low);
      else if (x > high) this.zoom(x - high + low, x);
    }

    setWindow(window) {
      if (this.data.smoothed || this.data.names) return;
      this.window = window;
      this.series = window === 1 ? this.data.series : this.data.series.map(line => ({
        ...line, raw: line.y, y: smooth(line.y, window),
        ...(line.low && { low: smooth(line.low, window), high: smooth(line.high, window) }),
      }));
      this.draw();
    }

    draw() {
      this.reset.hidden = !this.zoomed;
      this.describe();
      for (const drawing of this.drawings) {
        if (!this.zoomed && this.window === 1) { drawing.restore(); continue; }
        const step = roundStep((this.view.high - this.view.low) / 6);
        const x = this.zoomed ? { ...this.view, step: this.whole ? Math.max(1, step) : step } : drawing.home.x;
        drawing.redraw(this.series, x, this.zoomed ? this.heights() : drawing.home.y);
      }
    }

    // The vertical axis for what is seen; a line that blows up must not press the others flat.
    heights() {
      const { low, high } = this.view;
      const values = this.shown.flatMap(line => line.x.flatMap((x, i) => x < low || x > high ? []
        : [line.y[i], ...(line.low ? [line.low[i], line.high[i]] : []), ...(line.raw ? [line.raw[i]] : [])])).sort((a, b) => a - b);
      if (values.length === 0) return axisAround(0, 1);
      const most = values[Math.floor(0.95 * (values.length - 1))];
      const top = values.at(-1) - values[0] > 3 * (most - values[0]) && most > values[0]
        ? most + 0.25 * (most - values[0]) : values.at(-1);
      return axisAround(values[0], top);
    }

    describe() {
      const value = x => this.data.names ? this.data.names[x - 1] : this.whole ? x : readable(x);
      this.state.textContent = (this.window === 1 ? "" : ` Smoothed: mean of ${this.window} epochs, as measured faintly behind.`)
        + (this.zoomed ? ` Shown: ${this.data.x} ${value(this.view.low)} to ${value(this.view.high)}.` : "");
    }
  }
