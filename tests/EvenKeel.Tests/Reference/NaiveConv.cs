using EvenKeel.Kernels.Convolution;

namespace EvenKeel.Tests.Reference;

/// <summary>Convolution as it is defined: seven nested loops in double precision.</summary>
internal static class NaiveConv
{
    public static double[] Forward(in ConvGeometry g, float[] x, float[] w, float[] bias, float slope)
    {
        var y = new double[g.OutputLength];
        foreach (var (input, weight, output) in Products(g)) y[output] += (double)x[input] * w[weight];
        for (var i = 0; i < y.Length; i++)
        {
            if (bias.Length > 0) y[i] += bias[i % g.OutChannels];
            if (y[i] <= 0) y[i] *= slope;
        }

        return y;
    }

    public static double[] InputGradient(in ConvGeometry g, float[] dy, float[] w)
    {
        var dx = new double[g.InputLength];
        foreach (var (input, weight, output) in Products(g)) dx[input] += (double)dy[output] * w[weight];
        return dx;
    }

    public static double[] WeightGradient(in ConvGeometry g, float[] x, float[] dy)
    {
        var dw = new double[g.WeightLength];
        foreach (var (input, weight, output) in Products(g)) dw[weight] += (double)x[input] * dy[output];
        return dw;
    }

    /// <summary>Every (input, weight, output) triple of indices that a convolution multiplies and adds.</summary>
    private static IEnumerable<(int Input, int Weight, int Output)> Products(ConvGeometry g)
    {
        for (var n = 0; n < g.Batch; n++)
            for (var oh = 0; oh < g.OutHeight; oh++)
                for (var ow = 0; ow < g.OutWidth; ow++)
                    for (var kh = 0; kh < g.KernelHeight; kh++)
                        for (var kw = 0; kw < g.KernelWidth; kw++)
                        {
                            var ih = (oh * g.Stride) + kh - g.Padding;
                            var iw = (ow * g.Stride) + kw - g.Padding;
                            if (ih < 0 || ih >= g.Height || iw < 0 || iw >= g.Width) continue;
                            var input = ((((n * g.Height) + ih) * g.Width) + iw) * g.InChannels;
                            var weight = ((kh * g.KernelWidth) + kw) * g.InChannels * g.OutChannels;
                            var output = ((((n * g.OutHeight) + oh) * g.OutWidth) + ow) * g.OutChannels;
                            for (var ci = 0; ci < g.InChannels; ci++)
                                for (var co = 0; co < g.OutChannels; co++)
                                    yield return (input + ci, weight + (ci * g.OutChannels) + co, output + co);
                        }
    }
}
