using EvenKeel.Kernels.Elements;

namespace EvenKeel.Tests.Reference;

/// <summary>Optimizer steps in double, one parameter at a time.</summary>
internal static class UpdateReference
{
    public static void Sgd(
        double[] p, float[] g, double[]? buffer, double rate, double momentum, bool nesterov, double decay)
    {
        for (var i = 0; i < p.Length; i++)
        {
            var gradient = g[i] + decay * p[i];
            if (buffer is null)
            {
                p[i] -= rate * gradient;
                continue;
            }

            buffer[i] = momentum * buffer[i] + gradient;
            p[i] -= rate * (nesterov ? gradient + momentum * buffer[i] : buffer[i]);
        }
    }

    public static void Adam(double[] p, float[] g, double[] m, double[] v, in AdamStep s)
    {
        for (var i = 0; i < p.Length; i++)
        {
            var gradient = g[i] + s.CoupledDecay * p[i];
            p[i] *= 1 - s.LearningRate * s.DecoupledDecay;
            m[i] = s.Beta1 * m[i] + (1 - s.Beta1) * gradient;
            v[i] = s.Beta2 * v[i] + (1 - s.Beta2) * gradient * gradient;
            var first = m[i] / s.Correction1;
            var second = v[i] / s.Correction2;
            var scale = s.EpsilonInsideRoot ? Math.Sqrt(second + s.Epsilon) : Math.Sqrt(second) + s.Epsilon;
            p[i] -= s.LearningRate * first / scale;
        }
    }

    public static void Adamax(double[] p, float[] g, double[] m, double[] u, in AdamStep s)
    {
        for (var i = 0; i < p.Length; i++)
        {
            var gradient = g[i] + s.CoupledDecay * p[i];
            m[i] = s.Beta1 * m[i] + (1 - s.Beta1) * gradient;
            u[i] = Math.Max(s.Beta2 * u[i], Math.Abs(gradient) + s.Epsilon);
            p[i] -= s.LearningRate / s.Correction1 * m[i] / u[i];
        }
    }
}
