using EvenKeel.Backends;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Benchmarks.Profiling;

/// <summary>
/// A backend that hands every primitive to another and writes down what it took, with the least arithmetic and memory
/// traffic that the primitive needs: each operand read once, each result written once. Nothing else in the library
/// knows of it, so an unprofiled step pays nothing.
/// </summary>
/// <param name="inner">Does the work.</param>
/// <param name="recorder">Writes it down.</param>
internal sealed partial class ProfilingBackend(Backend inner, StepRecorder recorder) : Backend
{
    /// <inheritdoc/>
    public override string Description => inner.Description;

    /// <inheritdoc/>
    public override long PeakBytes => inner.PeakBytes;

    /// <inheritdoc/>
    public override Tensor Allocate(Shape shape) => inner.Allocate(shape);

    /// <inheritdoc/>
    public override void Dispose() => inner.Dispose();

    internal override Tensor Rent(Shape shape) => inner.Rent(shape);

    internal override Tensor Share(Tensor tensor) => inner.Share(tensor);

    internal override Tensor Inherit(Tensor tensor) => inner.Inherit(tensor);

    internal override void Return(Tensor tensor) => inner.Return(tensor);

    internal override void ResetStep() => inner.ResetStep();

    internal override bool ConvMeasures(in ConvGeometry geometry) => inner.ConvMeasures(geometry);

    internal override bool ConvMaps(in ConvGeometry geometry) => inner.ConvMaps(geometry);

    internal override void ConvForward(
        in ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, float slope, Tensor y, ChannelMoments? moments)
    {
        recorder.Start();
        inner.ConvForward(geometry, x, weight, bias, slope, y, moments);
        Convolved("conv forward", geometry, weight, x, Bytes(x, weight, bias, y));
    }

    internal override bool ConvGates(in ConvGeometry geometry) => inner.ConvGates(geometry);

    internal override void ConvInputGradient(
        in ConvGeometry geometry, Tensor dy, Tensor weight, Tensor dx, bool accumulate, in GradientSums? sums)
    {
        recorder.Start();
        inner.ConvInputGradient(geometry, dy, weight, dx, accumulate, sums);
        var bytes = Bytes(dy, weight, dx, accumulate ? dx : null) + (sums is { } s ? Bytes(s.X, s.Output, s.Gates) : 0);
        Convolved("conv input gradient", geometry, weight, dx, bytes);
    }

    internal override void ConvWeightGradient(in ConvGeometry geometry, Tensor x, Tensor dy, Tensor dw, bool accumulate)
    {
        recorder.Start();
        inner.ConvWeightGradient(geometry, x, dy, dw, accumulate);
        Convolved("conv weight gradient", geometry, dw, x, Bytes(x, dy, dw, accumulate ? dw : null));
    }

    internal override void DenseForward(Tensor x, Tensor weight, Tensor? bias, float slope, Tensor y)
    {
        recorder.Start();
        inner.DenseForward(x, weight, bias, slope, y);
        Multiplied("dense forward", weight, x, Bytes(x, weight, bias, y));
    }

    internal override void DenseInputGradient(Tensor dy, Tensor weight, Tensor dx, bool accumulate)
    {
        recorder.Start();
        inner.DenseInputGradient(dy, weight, dx, accumulate);
        Multiplied("dense input gradient", weight, dx, Bytes(dy, weight, dx, accumulate ? dx : null));
    }

    internal override void DenseWeightGradient(Tensor x, Tensor dy, Tensor dw, bool accumulate)
    {
        recorder.Start();
        inner.DenseWeightGradient(x, dy, dw, accumulate);
        Multiplied("dense weight gradient", dw, x, Bytes(x, dy, dw, accumulate ? dw : null));
    }

    private void Convolved(string operation, in ConvGeometry geometry, Tensor weight, Tensor image, long bytes) =>
        recorder.Stop(operation, weight.Shape, image.Shape, geometry.Stride, 2 * geometry.Multiplies, bytes);

    private void Multiplied(string operation, Tensor weight, Tensor rows, long bytes) =>
        recorder.Stop(operation, weight.Shape, rows.Shape, 1, 2L * rows.Shape[0] * weight.Shape.Length, bytes);

    // A pass that costs memory traffic, whatever its arithmetic.
    private void Moved(string operation, Tensor sized, long bytes) => recorder.Stop(operation, sized.Shape, default, 1, 0, bytes);

    private static long Bytes(params ReadOnlySpan<Tensor?> tensors)
    {
        var sum = 0L;
        foreach (var tensor in tensors) sum += tensor?.Shape.Length ?? 0;
        return sum * sizeof(float);
    }
}
