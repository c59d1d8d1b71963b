namespace EvenKeel.Tests.Reference;

/// <summary>Normalizers of activations in double, straight from their formulas; gradients by differences in double, which
/// share nothing with the library's derivations.</summary>
internal static class NormReference
{
    /// <summary>y = γ·(x − μ)/(0.35·C·mean range + ε) + β over runs of rows; x is [rows,channels].</summary>
    public static double[] Range(double[] x, double[] gamma, double[] beta, int runs, double epsilon)
    {
        int channels = gamma.Length, rows = x.Length / channels;
        var y = new double[x.Length];
        var perRun = (double)rows / runs;
        var constant = 0.35 * (1 + Math.Sqrt(Math.PI * Math.Log(4))) / Math.Sqrt(8 * Math.Log(perRun));
        for (var c = 0; c < channels; c++)
        {
            var column = Enumerable.Range(0, rows).Select(r => x[r * channels + c]).ToArray();
            var range = 0.0;
            for (var run = 0; run < runs; run++)
            {
                var from = run * (rows / runs);
                var part = column[from..(run == runs - 1 ? rows : from + rows / runs)];
                range += part.Max() - part.Min();
            }

            var scale = constant * range / runs + epsilon;
            var mean = column.Average();
            for (var r = 0; r < rows; r++) y[r * channels + c] = gamma[c] * (column[r] - mean) / scale + beta[c];
        }

        return y;
    }

    /// <summary>Batch normalization of each part of the samples; x is [samples,pixels,channels].</summary>
    public static double[] Ghost(double[] x, double[] gamma, double[] beta, int samples, int size, double epsilon)
    {
        var part = x.Length / samples * Math.Min(size, samples);
        var y = new double[x.Length];
        for (var start = 0; start < x.Length; start += part)
        {
            for (var c = 0; c < gamma.Length; c++)
            {
                var at = Enumerable.Range(0, part / gamma.Length).Select(r => start + r * gamma.Length + c).ToArray();
                var standardized = Standardized([.. at.Select(i => x[i])], epsilon);
                for (var k = 0; k < at.Length; k++) y[at[k]] = gamma[c] * standardized[k] + beta[c];
            }
        }

        return y;
    }

    /// <summary>Each sample's numbers, channels fastest, in equal slabs; number j of slab g takes entry g·C/G + j mod C/G.</summary>
    public static double[] Slabs(double[] x, double[] gamma, double[] beta, int samples, int groups, double epsilon)
    {
        int sample = x.Length / samples, slab = sample / groups, width = gamma.Length / groups;
        var y = new double[x.Length];
        for (var start = 0; start < x.Length; start += slab)
        {
            var standardized = Standardized(x[start..(start + slab)], epsilon);
            for (var j = 0; j < slab; j++)
            {
                var entry = start % sample / slab * width + j % width;
                y[start + j] = gamma[entry] * standardized[j] + beta[entry];
            }
        }

        return y;
    }

    /// <summary>Mixtures of instance, layer and batch moments, as in the paper: layer and batch variances from
    /// E[σ² + μ²] − μ²; x is [samples,pixels,channels].</summary>
    public static double[] Switchable(
        double[] x, double[] gamma, double[] beta, double[] meanLogits, double[] varianceLogits, int samples, bool unbiased,
        double epsilon)
    {
        int channels = gamma.Length, pixels = x.Length / samples / channels;
        double[,] mean = new double[samples, channels], variance = new double[samples, channels];
        for (var n = 0; n < samples; n++)
        {
            for (var c = 0; c < channels; c++)
            {
                var set = Enumerable.Range(0, pixels).Select(p => x[(n * pixels + p) * channels + c]).ToArray();
                mean[n, c] = set.Average();
                variance[n, c] = set.Sum(v => (v - mean[n, c]) * (v - mean[n, c])) / (unbiased ? pixels - 1 : pixels);
            }
        }

        double[] w = Softmax(meanLogits), v = Softmax(varianceLogits), y = new double[x.Length];
        var layer = Enumerable.Range(0, samples).Select(
            n => Pool([.. Enumerable.Range(0, channels).Select(c => (mean[n, c], variance[n, c]))])).ToArray();
        var batch = Enumerable.Range(0, channels).Select(
            c => Pool([.. Enumerable.Range(0, samples).Select(n => (mean[n, c], variance[n, c]))])).ToArray();
        for (var i = 0; i < x.Length; i++)
        {
            int c = i % channels, n = i / channels / pixels;
            var ((layerMean, layerVariance), (batchMean, batchVariance)) = (layer[n], batch[c]);
            var mu = w[0] * mean[n, c] + w[1] * layerMean + w[2] * batchMean;
            var sigma2 = v[0] * variance[n, c] + v[1] * layerVariance + v[2] * batchVariance;
            y[i] = gamma[c] * (x[i] - mu) / Math.Sqrt(sigma2 + epsilon) + beta[c];
        }

        return y;
    }

    /// <summary>Σ dy·∂y/∂a for each number of an argument, by fourth-order differences: a short step, which
    /// crosses no change of the largest value.</summary>
    public static double[] Gradient(double[] argument, double[] dy, Func<double[]> output)
    {
        const double step = 1e-6;
        double Loss(int i, double t)
        {
            var start = argument[i];
            argument[i] = start + t;
            var sum = output().Zip(dy).Sum(p => p.First * p.Second);
            argument[i] = start;
            return sum;
        }

        return [.. Enumerable.Range(0, argument.Length).Select(
            i => (8 * (Loss(i, step) - Loss(i, -step)) - (Loss(i, 2 * step) - Loss(i, -2 * step))) / (12 * step))];
    }

    private static double[] Standardized(double[] set, double epsilon)
    {
        var mean = set.Average();
        var scale = Math.Sqrt(set.Sum(v => (v - mean) * (v - mean)) / set.Length + epsilon);
        return [.. set.Select(v => (v - mean) / scale)];
    }

    private static (double Mean, double Variance) Pool((double Mean, double Variance)[] moments)
    {
        var mean = moments.Average(m => m.Mean);
        return (mean, moments.Average(m => m.Variance + m.Mean * m.Mean) - mean * mean);
    }

    private static double[] Softmax(double[] logits)
    {
        var sum = logits.Sum(Math.Exp);
        return [.. logits.Select(l => Math.Exp(l) / sum)];
    }
}
