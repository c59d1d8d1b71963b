namespace EvenKeel.Tests.Reference;

/// <summary>Cross-entropy row by row in double.</summary>
internal static class SoftmaxReference
{
    public static (double MeanLoss, int Errors, double[] Probabilities) CrossEntropy(
        float[] logits, int[] labels, int classes, double smoothing)
    {
        var probabilities = new double[logits.Length];
        var loss = 0.0;
        var errors = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            var z = logits.AsSpan(row * classes, classes);
            var largest = 0;
            for (var k = 1; k < classes; k++)
            {
                if (z[k] > z[largest]) largest = k;
            }

            var sum = 0.0;
            for (var k = 0; k < classes; k++) sum += Math.Exp((double)z[k] - z[largest]);
            for (var k = 0; k < classes; k++)
            {
                var logarithm = (double)z[k] - z[largest] - Math.Log(sum);
                probabilities[row * classes + k] = Math.Exp(logarithm);
                loss -= Target(k, labels[row], classes, smoothing) * logarithm;
            }

            if (largest != labels[row]) errors++;
        }

        return (loss / labels.Length, errors, probabilities);
    }

    public static double Target(int k, int label, int classes, double smoothing) =>
        (k == label ? 1 - smoothing : 0.0) + smoothing / classes;
}
