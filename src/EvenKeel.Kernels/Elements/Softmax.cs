using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Elements;

/// <summary>
/// Softmax with cross-entropy against labels smoothed by α: with q = (1−α)·onehot + α/K and
/// log p = z − max z − log Σ exp(z − max z), the loss of a row is −Σ q·log p.
/// </summary>
internal static unsafe class Softmax
{
    private const int RowsPerChunk = 16;

    /// <summary>Probabilities of logits [rows, classes], the mean loss, and how many rows have their largest logit
    /// elsewhere than at the label.</summary>
    /// <remarks>Of equal largest logits the first counts; a row with NaN is an error. <paramref name="probabilities"/>
    /// may be the same span as <paramref name="logits"/>.</remarks>
    /// <exception cref="ArgumentException">A label outside 0 to classes − 1, or lengths that do not match.</exception>
    public static (double MeanLoss, int Errors) CrossEntropy(
        Workers workers, ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes, float smoothing,
        Span<float> probabilities)
    {
        Require.Length(logits, (long)labels.Length * classes);
        Require.Length(probabilities, logits.Length);
        CheckLabels(labels, classes);
        if (labels.IsEmpty) return (0.0, 0);
        var losses = (double*)workers.SharedScratch((nuint)labels.Length * 3);
        var wrong = (int*)(losses + labels.Length);
        fixed (float* zp = logits, pp = probabilities)
        fixed (int* lp = labels)
        {
            var job = new ForwardJob(zp, lp, pp, losses, wrong, labels.Length, classes, smoothing);
            workers.Run(WorkSplit.Chunks(labels.Length, RowsPerChunk), ref job);
        }

        var loss = 0.0;
        var errors = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            loss += losses[row];
            errors += wrong[row];
        }

        return (loss / labels.Length, errors);
    }

    /// <summary>dx = (p − q)·upstream / rows. May be the same span as <paramref name="probabilities"/>.</summary>
    /// <exception cref="ArgumentException">A label outside 0 to classes − 1, or lengths that do not match.</exception>
    public static void CrossEntropyBackward(
        Workers workers, ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, int classes, float smoothing,
        float upstream, Span<float> dx)
    {
        Require.Length(probabilities, (long)labels.Length * classes);
        Require.Length(dx, probabilities.Length);
        CheckLabels(labels, classes);
        if (labels.IsEmpty) return;
        var factor = upstream / labels.Length;
        fixed (float* pp = probabilities, dxp = dx)
        fixed (int* lp = labels)
        {
            var job = new BackwardJob(pp, lp, dxp, labels.Length, classes, smoothing, factor);
            workers.Run(WorkSplit.Chunks(labels.Length, RowsPerChunk), ref job);
        }
    }

    private static void CheckLabels(ReadOnlySpan<int> labels, int classes)
    {
        for (var row = 0; row < labels.Length; row++)
        {
            var label = labels[row];
            Require.That(
                (uint)label < (uint)classes,
                $"label {label} of row {row} is out of range: expected 0 to {classes - 1}.");
        }
    }

    private readonly struct ForwardJob(
        float* logits, int* labels, float* probabilities, double* losses, int* wrong, int rows, int classes,
        float smoothing) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var end = Math.Min(rows, (chunk + 1) * RowsPerChunk);
            for (var row = chunk * RowsPerChunk; row < end; row++) Row<V>(row);
        }

        private void Row<V>(int row) where V : unmanaged, ILanes<V>
        {
            var z = logits + (nint)row * classes;
            var p = probabilities + (nint)row * classes;
            var label = labels[row];
            var largest = Largest<V>(z);
            wrong[row] = IsWrong(z, label, largest) ? 1 : 0;

            // Before the probabilities overwrite the logits.
            var mixed = (1.0 - smoothing) * (z[label] - (double)largest);
            if (smoothing != 0f) mixed += smoothing / (double)classes * Distance<V>(z, largest);
            var sum = Exponentials<V>(z, p, largest);
            losses[row] = LogOf<V>(sum) - mixed;
            Multiply<V>(p, 1f / sum);
        }

        private static bool IsWrong(float* z, int label, float largest)
        {
            if (!(z[label] >= largest)) return true;
            for (var j = 0; j < label; j++)
            {
                if (z[j] == largest) return true;
            }

            return false;
        }

        private float Largest<V>(float* z) where V : unmanaged, ILanes<V>
        {
            var largest = V.Splat(z[0]);
            var j = 0;
            for (; j <= classes - 16; j += 16) largest = V.Max(largest, V.Load(z + j));
            var value = V.MaxLane(largest);
            for (; j < classes; j++) value = MathF.Max(value, z[j]);
            return value;
        }

        // Σ (z − largest)
        private double Distance<V>(float* z, float largest) where V : unmanaged, ILanes<V>
        {
            var sums = stackalloc double[16];
            new Span<double>(sums, 16).Clear();
            var m = V.Splat(largest);
            var j = 0;
            for (; j <= classes - 16; j += 16) V.AddWide(sums, V.Load(z + j) - m);
            for (var i = 0; j < classes; i++, j++) sums[i] += z[j] - largest;
            return WideSums.Fold(sums);
        }

        private float Exponentials<V>(float* z, float* p, float largest) where V : unmanaged, ILanes<V>
        {
            var m = V.Splat(largest);
            var sum = V.Zero;
            var j = 0;
            for (; j <= classes - 16; j += 16)
            {
                var e = LaneMath.ExpNegative(V.Load(z + j) - m);
                V.Store(p + j, e);
                sum += e;
            }

            if (j == classes) return V.Sum(sum);
            var rest = LaneMath.ExpNegative(LaneTails.LoadPartial<V>(z + j, classes - j) - m);
            LaneTails.StorePartial(p + j, rest, classes - j);
            return V.Sum(sum + LaneTails.LoadPartial<V>(p + j, classes - j));
        }

        private static float LogOf<V>(float value) where V : unmanaged, ILanes<V>
        {
            var lanes = stackalloc float[16];
            V.Store(lanes, LaneMath.Log(V.Splat(value)));
            return float.IsNaN(value) ? value : lanes[0];
        }

        private void Multiply<V>(float* p, float factor) where V : unmanaged, ILanes<V>
        {
            var f = V.Splat(factor);
            var j = 0;
            for (; j <= classes - 16; j += 16) V.Store(p + j, V.Load(p + j) * f);
            for (; j < classes; j++) p[j] *= factor;
        }
    }

    private readonly struct BackwardJob(
        float* probabilities, int* labels, float* dx, int rows, int classes, float smoothing, float factor) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var end = Math.Min(rows, (chunk + 1) * RowsPerChunk);
            var elsewhere = smoothing / classes;
            for (var row = chunk * RowsPerChunk; row < end; row++)
            {
                var p = probabilities + (nint)row * classes;
                var target = dx + (nint)row * classes;
                var label = labels[row];
                var atLabel = (p[label] - (1f - smoothing + elsewhere)) * factor;
                V q = V.Splat(elsewhere), f = V.Splat(factor);
                var j = 0;
                for (; j <= classes - 16; j += 16) V.Store(target + j, (V.Load(p + j) - q) * f);
                for (; j < classes; j++) target[j] = (p[j] - elsewhere) * factor;
                target[label] = atLabel;
            }
        }
    }
}
