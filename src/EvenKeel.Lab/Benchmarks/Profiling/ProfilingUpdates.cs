using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Random;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Benchmarks.Profiling;

// Primitives that move memory: random numbers, optimizer updates and inspection.
internal sealed partial class ProfilingBackend
{
    internal override void AddGaussian(RandomStream stream, float deviation, Tensor x, Tensor y)
    {
        recorder.Start();
        inner.AddGaussian(stream, deviation, x, y);
        Moved("add gaussian noise", y, Bytes(x, y));
    }

    internal override void AddUniform(RandomStream stream, float halfWidth, Tensor x, Tensor y)
    {
        recorder.Start();
        inner.AddUniform(stream, halfWidth, x, y);
        Moved("add uniform noise", y, Bytes(x, y));
    }

    internal override void Dropout(RandomStream stream, float rate, Tensor x, Tensor y)
    {
        recorder.Start();
        inner.Dropout(stream, rate, x, y);
        Moved("dropout", y, Bytes(x, y));
    }

    internal override void FillGaussian(RandomStream stream, float mean, float deviation, Tensor y)
    {
        recorder.Start();
        inner.FillGaussian(stream, mean, deviation, y);
        Moved("fill gaussian", y, Bytes(y));
    }

    internal override void FillUniform(RandomStream stream, float low, float high, Tensor y)
    {
        recorder.Start();
        inner.FillUniform(stream, low, high, y);
        Moved("fill uniform", y, Bytes(y));
    }

    internal override void Sgd(
        Tensor value, Tensor gradient, Tensor? momentumBuffer,
        float learningRate, float momentum, bool nesterov, float decay)
    {
        recorder.Start();
        inner.Sgd(value, gradient, momentumBuffer, learningRate, momentum, nesterov, decay);
        Moved("sgd", value, Bytes(value, value, gradient, momentumBuffer, momentumBuffer));
    }

    internal override void Adam(Tensor value, Tensor gradient, Tensor first, Tensor second, in AdamStep step)
    {
        recorder.Start();
        inner.Adam(value, gradient, first, second, step);
        Moved("adam", value, Bytes(value, value, gradient, first, first, second, second));
    }

    internal override void Adamax(Tensor value, Tensor gradient, Tensor first, Tensor norm, in AdamStep step)
    {
        recorder.Start();
        inner.Adamax(value, gradient, first, norm, step);
        Moved("adamax", value, Bytes(value, value, gradient, first, first, norm, norm));
    }

    internal override long FirstNonFinite(Tensor x)
    {
        recorder.Start();
        var result = inner.FirstNonFinite(x);
        Moved("find non-finite", x, Bytes(x));
        return result;
    }

    internal override double SumOfSquares(Tensor x)
    {
        recorder.Start();
        var result = inner.SumOfSquares(x);
        Moved("sum of squares", x, Bytes(x));
        return result;
    }
}
