using EvenKeel.Kernels.Normalization;

namespace EvenKeel.Tests.Reference;

/// <summary>Normalization of rows in double, its gradient by the general formula
/// dx = (g − mean g − Σ(g·x̂)·(u − mean u))/s with u = ∂s/∂c.</summary>
internal static class RowNormReference
{
    public static (double[] Y, double[] Dx, double[] Gain, double[] Shift) Run(
        float[] x, float[] dy, float[] gamma, float[] beta, RowScale scale, float slope)
    {
        int m = gamma.Length, rows = x.Length / m;
        double[] y = new double[x.Length], dx = new double[x.Length], gain = new double[m], shift = new double[m];
        for (var r = 0; r < rows; r++)
        {
            var row = Enumerable.Range(r * m, m).Select(i => (double)x[i]).ToArray();
            var mean = scale.Centers ? row.Average() : 0.0;
            var c = row.Select(v => v - mean).ToArray();
            var deviation = Math.Sqrt(c.Sum(v => v * v) / m);
            var s = scale.Absolute ? Math.Sqrt(Math.PI / 2) * c.Sum(Math.Abs) / m + scale.Epsilon
                : scale.Inside ? Math.Sqrt(deviation * deviation + scale.Epsilon) : deviation + scale.Epsilon;
            var u = c.Select(v => scale.Absolute ? Math.Sqrt(Math.PI / 2) * Math.Sign(v) / m
                : scale.Inside ? v / (m * s) : v / (m * deviation)).ToArray();
            var passed = new double[m];
            for (var k = 0; k < m; k++)
            {
                var pre = c[k] / s * gamma[k] + beta[k];
                y[r * m + k] = pre > 0 ? pre : slope * pre;
                passed[k] = pre > 0 ? dy[r * m + k] : (double)slope * dy[r * m + k];
                gain[k] += passed[k] * c[k] / s;
                shift[k] += passed[k];
            }

            var g = passed.Select((p, k) => p * gamma[k]).ToArray();
            var q = g.Select((v, k) => v * c[k] / s).Sum();
            double meanG = scale.Centers ? g.Average() : 0.0, meanU = scale.Centers ? u.Average() : 0.0;
            for (var k = 0; k < m; k++) dx[r * m + k] = (g[k] - meanG - q * (u[k] - meanU)) / s;
        }

        return (y, dx, gain, shift);
    }
}
