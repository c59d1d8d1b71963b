using EvenKeel.Kernels.Pooling;

namespace EvenKeel.Tests.Reference;

/// <summary>Pooling as nested loops: for every window, every position.</summary>
internal static class PoolReference
{
    public static (float[] Y, byte[] Index) Max(PoolGeometry g, float[] x)
    {
        var y = new float[g.OutputLength];
        var index = new byte[g.OutputLength];
        ForEachWindow(g, (output, positions) =>
        {
            var best = float.NegativeInfinity;
            var at = -1;
            foreach (var (position, input) in positions)
            {
                if (at >= 0 && !(x[input] > best) && !float.IsNaN(x[input])) continue;
                best = x[input];
                at = position;
            }

            y[output] = best;
            index[output] = (byte)at;
        });
        return (y, index);
    }

    public static double[] MaxBackward(PoolGeometry g, float[] dy, byte[] index)
    {
        var dx = new double[g.InputLength];
        ForEachWindow(g, (output, positions) =>
        {
            foreach (var (position, input) in positions)
            {
                if (position == index[output]) dx[input] += dy[output];
            }
        });
        return dx;
    }

    public static double[] Average(PoolGeometry g, bool countPadding, float[] x)
    {
        var y = new double[g.OutputLength];
        ForEachWindow(g, (output, positions) =>
        {
            foreach (var (_, input) in positions) y[output] += x[input];
            y[output] /= countPadding ? g.Kernel * g.Kernel : positions.Count;
        });
        return y;
    }

    public static double[] AverageBackward(PoolGeometry g, bool countPadding, float[] dy)
    {
        var dx = new double[g.InputLength];
        ForEachWindow(g, (output, positions) =>
        {
            var size = countPadding ? g.Kernel * g.Kernel : positions.Count;
            foreach (var (_, input) in positions) dx[input] += (double)dy[output] / size;
        });
        return dx;
    }

    private static void ForEachWindow(PoolGeometry g, Action<int, List<(int Position, int Input)>> window)
    {
        for (var n = 0; n < g.Batch; n++)
            for (var oy = 0; oy < g.OutHeight; oy++)
                for (var ox = 0; ox < g.OutWidth; ox++)
                    for (var c = 0; c < g.Channels; c++)
                    {
                        var positions = new List<(int, int)>();
                        for (var ky = 0; ky < g.Kernel; ky++)
                            for (var kx = 0; kx < g.Kernel; kx++)
                            {
                                var iy = oy * g.Stride - g.Padding + ky;
                                var ix = ox * g.Stride - g.Padding + kx;
                                if (iy < 0 || iy >= g.Height || ix < 0 || ix >= g.Width) continue;
                                positions.Add((ky * g.Kernel + kx, ((n * g.Height + iy) * g.Width + ix) * g.Channels + c));
                            }

                        window(((n * g.OutHeight + oy) * g.OutWidth + ox) * g.Channels + c, positions);
                    }
    }
}
