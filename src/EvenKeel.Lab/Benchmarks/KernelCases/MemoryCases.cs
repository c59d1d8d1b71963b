using EvenKeel.Kernels;
using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Kernels.Pooling;
using EvenKeel.Kernels.Random;
using EvenKeel.Kernels.Statistics;

namespace EvenKeel.Lab.Benchmarks.KernelCases;

/// <summary>Kernels that memory limits, on the largest activation of two networks, and the optimizer's passes.</summary>
internal static class MemoryCases
{
    private const int Parameters = 1_405_344; // of ConvPool-CNN-C
    private const double Index = 0.25; // a byte for each pooled value, in floats

    /// <summary>The cases.</summary>
    public static IEnumerable<KernelCase> All =>
    [
        .. Activations(100, 32, 96),
        .. Activations(128, 32, 16),
        new("adam", $"[{Parameters}]", memory =>
        {
            var (p, g, m, v) = (memory.Numbers(Parameters), memory.Numbers(Parameters), memory.Numbers(Parameters), memory.Numbers(Parameters));
            v.Span.Fill(1f);
            return workers => Update.Adam(workers, p.Span, g.Span, m.Span, v.Span, new AdamStep
            {
                LearningRate = 1e-9,
                Beta1 = 0.9,
                Beta2 = 0.999,
                Epsilon = 1e-8,
                Correction1 = 1,
                Correction2 = 1,
            });
        })
        { Bytes = 7.0 * sizeof(float) * Parameters },
        new("sgd with momentum", $"[{Parameters}]", memory =>
        {
            var (p, g, buffer) = (memory.Numbers(Parameters), memory.Numbers(Parameters), memory.Numbers(Parameters));
            return workers => Update.Sgd(workers, p.Span, g.Span, buffer.Span, 1e-9, 0.9, nesterov: false, decay: 0);
        })
        { Bytes = 5.0 * sizeof(float) * Parameters },
        Softmax(128, 10),
        Softmax(4096, 1000),
    ];

    private static KernelCase Softmax(int rows, int classes) => new("softmax and loss", $"[{rows}, {classes}]", memory =>
    {
        var (logits, probabilities) = (memory.Numbers((long)rows * classes), memory.Numbers((long)rows * classes));
        int[] labels = [.. Enumerable.Range(0, rows).Select(i => i % classes)];
        return workers => EvenKeel.Kernels.Elements.Softmax.CrossEntropy(workers, logits.Span, labels, classes, 0f, probabilities.Span);
    })
    { Bytes = 2.0 * sizeof(float) * rows * classes };

    // Operands as large as the activation x, in floats per value of it.
    private static IEnumerable<KernelCase> Activations(int batch, int side, int channels)
    {
        var pool = new PoolGeometry(batch, side, side, channels, 2, 2, 0);
        var length = pool.InputLength;
        const float slope = 0.1f;
        return
        [
            Case("mean and variance", 1, memory =>
            {
                var (x, mean, variance) = (X(memory), Table(memory), Table(memory));
                return workers => Moments.MeanVariance(workers, x.Span, channels, mean.Span, variance.Span);
            }),
            Case("absolute deviations (l1)", 1, memory =>
            {
                var (x, mean, sums) = (X(memory), Table(memory), memory.Numbers(2 * channels));
                return workers => Deviations.Absolute(workers, x.Span, channels, mean.Span, sums.Span);
            }),
            Case("largest deviations (topk)", 1, memory =>
            {
                const int k = 10;
                var (x, mean, values, rows) = (X(memory), Table(memory), memory.Numbers(k * channels), new int[k * channels]);
                return workers => Extremes.Largest(workers, x.Span, channels, mean.Span, values.Span, rows);
            }),
            Case("normalize and activate", 2, memory =>
            {
                var (x, y, mean, scale, shift) = (X(memory), X(memory), Table(memory), Table(memory), Table(memory));
                return workers => Rescale.Forward(workers, x.Span, channels, mean.Span, scale.Span, shift.Span, [], slope, y.Span);
            }),
            Case("normalize, add and activate", 3, memory =>
            {
                var (x, other, y, mean, scale, shift) = (X(memory), X(memory), X(memory), Table(memory), Table(memory), Table(memory));
                return workers => Rescale.Forward(
                    workers, x.Span, channels, mean.Span, scale.Span, shift.Span, other.Span, slope, y.Span);
            }),
            Case("normalize and add backward sums", 4, memory =>
            {
                var (x, y, dy, mean, rstd) = (X(memory), X(memory), X(memory), Table(memory), Table(memory));
                var (sum, product) = (Table(memory), Table(memory));
                return workers => Rescale.SumBackwardReduce(
                    workers, x.Span, y.Span, dy.Span, channels, mean.Span, rstd.Span, slope, dy.Span, sum.Span, product.Span);
            }),
            Case("normalize backward sums", 2, memory =>
            {
                var (x, dy, mean, scale, shift) = (X(memory), X(memory), Table(memory), Table(memory), Table(memory));
                var (sum, product) = (Table(memory), Table(memory));
                return workers => Rescale.BackwardReduce(
                    workers, x.Span, dy.Span, channels, mean.Span, scale.Span, scale.Span, shift.Span, slope, sum.Span, product.Span);
            }),
            Case("normalize backward apply", 3, memory =>
            {
                var (x, dy, dx, mean, scale, shift) = (X(memory), X(memory), X(memory), Table(memory), Table(memory), Table(memory));
                return workers => Rescale.BackwardApply(
                    workers, x.Span, dy.Span, channels, mean.Span, scale.Span, shift.Span, slope, scale.Span, mean.Span,
                    shift.Span, signs: false, dx.Span, accumulate: false);
            }),
            Case("max pool", 1 + (1 + Index) / 4, memory =>
            {
                var (x, y, index) = (X(memory), memory.Numbers(pool.OutputLength), new byte[pool.OutputLength]);
                return workers => Pool.MaxForward(workers, pool, x.Span, y.Span, index);
            }),
            Case("max pool backward", 1 + (1 + Index) / 4, memory =>
            {
                var (dx, dy, index) = (X(memory), memory.Numbers(pool.OutputLength), new byte[pool.OutputLength]);
                return workers => Pool.MaxBackward(workers, pool, dy.Span, index, dx.Span);
            }),
            Case("dropout", 2, memory =>
            {
                var (x, y) = (X(memory), X(memory));
                return workers => Dropout.Apply(workers, new RandomStream(1, 2, 3), 0.5f, x.Span, y.Span, accumulate: false);
            }),
            Case("gaussian noise", 2, memory =>
            {
                var (x, y) = (X(memory), X(memory));
                return workers => Noise.AddGaussian(workers, new RandomStream(1, 2, 3), 0.15f, x.Span, y.Span);
            }),
            Case("add", 3, memory =>
            {
                var (a, b, y) = (X(memory), X(memory), X(memory));
                return workers => Elementwise.Add(workers, a.Span, b.Span, y.Span);
            }),
        ];

        Operand X(KernelMemory memory) => memory.Numbers(length);

        Operand Table(KernelMemory memory) => memory.Numbers(channels);

        KernelCase Case(string kernel, double floats, Func<KernelMemory, Action<Workers>> prepare) =>
            new(kernel, $"[{batch}, {side}, {side}, {channels}]", prepare) { Bytes = floats * sizeof(float) * length };
    }
}
