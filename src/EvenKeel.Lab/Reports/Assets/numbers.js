  const nearest = (xs, x) => {
    let best = 0;
    for (let i = 1; i < xs.length; i++)
      if (Math.abs(xs[i] - x) < Math.abs(xs[best] - x)) best = i;
    return best;
  };
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const fixed = (value, decimals) => {
    const text = value.toFixed(decimals);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "\u2212");
  };
  const readable = value => {
    const size = Math.abs(value);
    return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
  };

  // The mean over a window around each point. Towards the ends the window shrinks evenly, so that the ends are as
  // measured and a slope is not bent.
  const smooth = (values, window) => values.map((_, at) => {
    const half = Math.min((window - 1) / 2, at, values.length - 1 - at);
    let sum = 0;
    for (let i = at - half; i <= at + half; i++) sum += values[i];
    return sum / (2 * half + 1);
  });

  // Axes end on round numbers, as in the drawings that the page comes with.
  const roundStep = rough => {
    const power = 10 ** Math.floor(Math.log10(rough));
    return power * ([1, 2, 5].find(step => rough / power <= step * 1.0001) ?? 10);
  };
  const decimalsOf = step => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const axisAround = (low, high) => {
    if (low >= 0 && low < 0.2 * high) low = 0;
    if (high - low <= 0) {
      const spread = Math.max(Math.abs(high) * 0.1, 1e-3);
      low -= low === 0 ? 0 : spread / 2;
      high += spread / 2;
    }
    const step = roundStep((high - low) / 6);
    return { low: Math.floor(low / step + 1e-9) * step, high: Math.ceil(high / step - 1e-9) * step, step };
  };
  const ticksOf = axis => {
    const ticks = [];
    for (let i = Math.ceil(axis.low / axis.step - 1e-9); i <= Math.floor(axis.high / axis.step + 1e-9); i++)
      ticks.push(i * axis.step);
    return ticks;
  };
