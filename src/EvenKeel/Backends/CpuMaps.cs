using EvenKeel.Kernels.Convolution;
using EvenKeel.Kernels.Pooling;
using EvenKeel.Tensors;

namespace EvenKeel.Backends;

// Linear maps and pooling.
public sealed partial class CpuBackend
{
    internal override void ConvForward(
        in ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, float slope, Tensor y, ChannelMoments? moments)
    {
        var source = In(x, ConvMaps(geometry), out var map);
        Conv.Forward(
            _workers, geometry, source, map, In(weight), In(bias), slope, Out(y), Maybe(moments?.Mean), Maybe(moments?.Variance));
    }

    internal override bool ConvMaps(in ConvGeometry geometry) => Conv.Maps(_workers, geometry);

    internal override bool ConvMeasures(in ConvGeometry geometry) => Conv.Measures(_workers, geometry);

    internal override bool ConvGates(in ConvGeometry geometry) => Conv.Gates(_workers, geometry);

    internal override void ConvInputGradient(
        in ConvGeometry geometry, Tensor dy, Tensor weight, Tensor dx, bool accumulate, in GradientSums? sums)
    {
        if (sums is { } s) Conv.InputGradient(_workers, geometry, In(dy), In(weight), Out(dx), accumulate, Gathered(s));
        else Conv.InputGradient(_workers, geometry, In(dy), In(weight), Out(dx), accumulate);
    }

    internal override void ConvWeightGradient(
        in ConvGeometry geometry, Tensor x, Tensor dy, Tensor dw, bool accumulate)
    {
        var source = In(x, ConvMaps(geometry), out var map);
        Conv.WeightGradient(_workers, geometry, source, map, In(dy), Out(dw), accumulate);
    }

    internal override void DenseForward(Tensor x, Tensor weight, Tensor? bias, float slope, Tensor y) =>
        Gemm.Multiply(
            _workers, x.Shape[0], weight.Shape[1], weight.Shape[0], In(x), In(weight), In(bias), slope, Out(y));

    internal override void DenseInputGradient(Tensor dy, Tensor weight, Tensor dx, bool accumulate) =>
        Gemm.MultiplyTransposedB(
            _workers, dy.Shape[0], weight.Shape[0], weight.Shape[1], In(dy), In(weight), Out(dx), accumulate);

    internal override void DenseWeightGradient(Tensor x, Tensor dy, Tensor dw, bool accumulate) =>
        Gemm.MultiplyTransposedA(
            _workers, dw.Shape[0], dw.Shape[1], x.Shape[0], In(x), In(dy), Out(dw), accumulate);

    internal override void MaxPoolForward(in PoolGeometry geometry, Tensor x, Tensor y, Tensor index)
    {
        var source = In(x, MaxPoolMaps(geometry), out var map);
        Pool.MaxForward(_workers, geometry, source, map, Out(y), Bytes(index, y.Shape.Length));
    }

    internal override bool MaxPoolMaps(in PoolGeometry geometry) => Pool.Maps(geometry);

    internal override bool MaxPoolGates(in PoolGeometry geometry) => Pool.Gates(geometry);

    internal override void MaxPoolBackward(
        in PoolGeometry geometry, Tensor dy, Tensor index, Tensor dx, in GradientSums? sums)
    {
        var at = Bytes(index, dy.Shape.Length);
        if (sums is { } s) Pool.MaxBackward(_workers, geometry, In(dy), at, Out(dx), Gathered(s));
        else Pool.MaxBackward(_workers, geometry, In(dy), at, Out(dx));
    }

    internal override void AveragePoolForward(in PoolGeometry geometry, bool countPadding, Tensor x, Tensor y) =>
        Pool.AverageForward(_workers, geometry, countPadding, In(x), Out(y));

    internal override void AveragePoolBackward(in PoolGeometry geometry, bool countPadding, Tensor dy, Tensor dx) =>
        Pool.AverageBackward(_workers, geometry, countPadding, In(dy), Out(dx));

    internal override void GlobalAverageForward(Tensor x, Tensor y) => Pool.GlobalAverageForward(
        _workers, x.Shape[0], x.Shape[1] * x.Shape[2], x.Shape[3], In(x), Out(y));

    internal override void GlobalAverageBackward(Tensor dy, Tensor dx) => Pool.GlobalAverageBackward(
        _workers, dx.Shape[0], dx.Shape[1] * dx.Shape[2], dx.Shape[3], In(dy), Out(dx));
}
