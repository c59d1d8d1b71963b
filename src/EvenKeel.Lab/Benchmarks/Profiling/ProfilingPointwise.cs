using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Pooling;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Benchmarks.Profiling;

// Primitives that move memory: element by element, pooling and the loss.
internal sealed partial class ProfilingBackend
{
    internal override void Fill(float value, Tensor y)
    {
        recorder.Start();
        inner.Fill(value, y);
        Moved("fill", y, Bytes(y));
    }

    internal override void Copy(Tensor x, Tensor y)
    {
        recorder.Start();
        inner.Copy(x, y);
        Moved("copy", y, Bytes(x, y));
    }

    internal override void Write(ReadOnlySpan<float> values, Tensor y)
    {
        recorder.Start();
        inner.Write(values, y);
        Moved("copy batch", y, 2 * Bytes(y));
    }

    internal override void Add(Tensor a, Tensor b, Tensor y)
    {
        recorder.Start();
        inner.Add(a, b, y);
        Moved("add", y, Bytes(a, b, y));
    }

    internal override void AddLeakyRelu(float slope, Tensor a, Tensor b, Tensor y)
    {
        recorder.Start();
        inner.AddLeakyRelu(slope, a, b, y);
        Moved("add and activation", y, Bytes(a, b, y));
    }

    internal override void AddTo(Tensor x, Tensor y)
    {
        recorder.Start();
        inner.AddTo(x, y);
        Moved("add to", y, Bytes(x, y, y));
    }

    internal override void Multiply(Tensor a, Tensor b, Tensor y)
    {
        recorder.Start();
        inner.Multiply(a, b, y);
        Moved("multiply", y, Bytes(a, b, y));
    }

    internal override void Scale(float factor, Tensor x, Tensor y)
    {
        recorder.Start();
        inner.Scale(factor, x, y);
        Moved("scale", y, Bytes(x, y));
    }

    internal override void LeakyRelu(float slope, Tensor x, Tensor y)
    {
        recorder.Start();
        inner.LeakyRelu(slope, x, y);
        Moved("activation", y, Bytes(x, y));
    }

    internal override void LeakyReluBackward(float slope, Tensor y, Tensor dy, Tensor dx, bool accumulate)
    {
        recorder.Start();
        inner.LeakyReluBackward(slope, y, dy, dx, accumulate);
        Moved("activation backward", dx, Bytes(y, dy, dx, accumulate ? dx : null));
    }

    internal override void LeakyReluBackwardBoth(
        float slope, Tensor y, Tensor dy, Tensor da, Tensor db, bool accumulate)
    {
        recorder.Start();
        inner.LeakyReluBackwardBoth(slope, y, dy, da, db, accumulate);
        Moved("add and activation backward", dy, Bytes(y, dy, da, db, accumulate ? db : null));
    }

    internal override void LeakyReluBackwardSum(float slope, Tensor y, Tensor dy, Tensor sums, bool accumulate)
    {
        recorder.Start();
        inner.LeakyReluBackwardSum(slope, y, dy, sums, accumulate);
        Moved("activation backward and sum", dy, Bytes(y, dy, dy, sums));
    }

    internal override void AddAt(ReadOnlySpan<int> at, ReadOnlySpan<float> values, Tensor y)
    {
        recorder.Start();
        inner.AddAt(at, values, y);
        Moved("add at places", y, 3L * sizeof(float) * at.Length);
    }

    internal override void Round(HalfFormat format, Tensor x, Tensor y)
    {
        recorder.Start();
        inner.Round(format, x, y);
        Moved("round", y, Bytes(x, y));
    }

    internal override bool MaxPoolMaps(in PoolGeometry geometry) => inner.MaxPoolMaps(geometry);

    internal override void MaxPoolForward(in PoolGeometry geometry, Tensor x, Tensor y, Tensor index)
    {
        recorder.Start();
        inner.MaxPoolForward(geometry, x, y, index);
        Moved("max pool", x, Bytes(x, y, index));
    }

    internal override bool MaxPoolGates(in PoolGeometry geometry) => inner.MaxPoolGates(geometry);

    internal override void MaxPoolBackward(
        in PoolGeometry geometry, Tensor dy, Tensor index, Tensor dx, in GradientSums? sums)
    {
        recorder.Start();
        inner.MaxPoolBackward(geometry, dy, index, dx, sums);
        Moved("max pool backward", dx, Bytes(dy, index, dx) + (sums is { } s ? Bytes(s.X, s.Output, s.Gates) : 0));
    }

    internal override void AveragePoolForward(in PoolGeometry geometry, bool countPadding, Tensor x, Tensor y)
    {
        recorder.Start();
        inner.AveragePoolForward(geometry, countPadding, x, y);
        Moved("average pool", x, Bytes(x, y));
    }

    internal override void AveragePoolBackward(in PoolGeometry geometry, bool countPadding, Tensor dy, Tensor dx)
    {
        recorder.Start();
        inner.AveragePoolBackward(geometry, countPadding, dy, dx);
        Moved("average pool backward", dx, Bytes(dy, dx));
    }

    internal override void GlobalAverageForward(Tensor x, Tensor y)
    {
        recorder.Start();
        inner.GlobalAverageForward(x, y);
        Moved("global average pool", x, Bytes(x, y));
    }

    internal override void GlobalAverageBackward(Tensor dy, Tensor dx)
    {
        recorder.Start();
        inner.GlobalAverageBackward(dy, dx);
        Moved("global average pool backward", dx, Bytes(dy, dx));
    }

    internal override (double MeanLoss, int Errors) CrossEntropy(
        Tensor logits, ReadOnlySpan<int> labels, float smoothing, Tensor probabilities)
    {
        recorder.Start();
        var result = inner.CrossEntropy(logits, labels, smoothing, probabilities);
        Moved("cross entropy", logits, Bytes(logits, probabilities));
        return result;
    }

    internal override void CrossEntropyBackward(
        Tensor probabilities, ReadOnlySpan<int> labels, float smoothing, float upstream, Tensor dx)
    {
        recorder.Start();
        inner.CrossEntropyBackward(probabilities, labels, smoothing, upstream, dx);
        Moved("cross entropy backward", dx, Bytes(probabilities, dx));
    }
}
