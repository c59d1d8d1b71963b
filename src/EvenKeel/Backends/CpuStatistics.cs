using System.Runtime.InteropServices;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Tensors;

namespace EvenKeel.Backends;

// What normalizers measure and apply.
public sealed partial class CpuBackend
{
    internal override void MeanVariance(Tensor x, Tensor mean, Tensor variance) =>
        Moments.MeanVariance(_workers, In(x), x.Shape.Channels, Out(mean), Out(variance));

    internal override void Mean(Tensor x, Tensor mean) =>
        Moments.Mean(_workers, In(x), x.Shape.Channels, Out(mean));

    internal override void ShiftForward(
        Tensor x, Tensor mean, Tensor? shift, float slope, Tensor y, Tensor? gates) =>
        Gated.Shift(_workers, In(x), mean.Shape.Length, In(mean), In(shift), slope, Out(y), Maybe(gates));

    internal override void GatedSum(Tensor dy, Tensor gates, float slope, Tensor sums) =>
        Gated.Sum(_workers, In(dy), In(gates), slope, dy.Shape.Channels, Out(sums));

    internal override void GatedSubtract(
        Tensor dy, Tensor? gates, float slope, Tensor? level, Tensor dx, bool accumulate) =>
        Gated.Subtract(_workers, In(dy), In(gates), slope, dy.Shape.Channels, In(level), Out(dx), accumulate);

    internal override void RescaleForward(
        Tensor x, Tensor mean, Tensor scale, Tensor shift, Tensor? addend, float slope, Tensor y) =>
        Rescale.Forward(_workers, In(x), x.Shape.Channels, In(mean), In(scale), In(shift), In(addend), slope, Out(y));

    internal override void RescaleBackwardReduce(
        Tensor x, Tensor dy, Tensor mean, Tensor rstd, Tensor scale, Tensor shift, float slope,
        Tensor sumGradient, Tensor? sumGradientNormalized) =>
        Rescale.BackwardReduce(
            _workers, In(x), In(dy), x.Shape.Channels, In(mean), In(rstd), In(scale), In(shift), slope,
            Out(sumGradient), Maybe(sumGradientNormalized));

    internal override void RescaleSumBackwardReduce(
        Tensor x, Tensor y, Tensor dy, Tensor mean, Tensor rstd, float slope, Tensor sumGradient,
        Tensor sumGradientNormalized) =>
        Rescale.SumBackwardReduce(
            _workers, In(x), In(y), In(dy), x.Shape.Channels, In(mean), In(rstd), slope, Out(dy), Out(sumGradient),
            Out(sumGradientNormalized));

    internal override void RescaleBackwardApply(
        Tensor x, Tensor dy, Tensor mean, Tensor scale, Tensor shift, float slope,
        Tensor a, Tensor b, Tensor? d, bool signs, Tensor dx, bool accumulate) =>
        Rescale.BackwardApply(
            _workers, In(x), In(dy), x.Shape.Channels, In(mean), In(scale), In(shift), slope,
            In(a), In(b), In(d), signs, Out(dx), accumulate);

    internal override void AbsoluteDeviations(Tensor x, Tensor mean, Tensor sums) =>
        Deviations.Absolute(_workers, In(x), x.Shape.Channels, In(mean), Out(sums));

    internal override void LargestDeviations(Tensor x, Tensor mean, Tensor values, Tensor rows) =>
        Extremes.Largest(_workers, In(x), x.Shape.Channels, In(mean), Out(values), MemoryMarshal.Cast<float, int>(Out(rows)));

    internal override void Range(Tensor x, Tensor values, Tensor rows) =>
        Extremes.Range(_workers, In(x), x.Shape.Channels, Out(values), MemoryMarshal.Cast<float, int>(Out(rows)));

    internal override void AddAt(ReadOnlySpan<int> at, ReadOnlySpan<float> values, Tensor y)
    {
        var target = Out(y);
        for (var i = 0; i < at.Length; i++) target[at[i]] += values[i];
    }

    internal override void RowNormForward(
        Tensor x, Tensor gamma, Tensor beta, in RowScale scale, float slope, Tensor y, Tensor statistics) =>
        RowNorms.Forward(_workers, In(x), In(gamma), In(beta), scale, slope, Out(y), Out(statistics));

    internal override void RowNormBackward(
        Tensor x, Tensor dy, Tensor gamma, Tensor beta, in RowScale scale, float slope, Tensor statistics,
        Tensor dx, bool accumulate, Tensor gain, Tensor shift) =>
        RowNorms.Backward(
            _workers, In(x), In(dy), In(gamma), In(beta), scale, slope, In(statistics), Out(dx), accumulate, Out(gain),
            Out(shift));

    internal override void SampleNormForward(
        Tensor x, in SampleGroups groups, Tensor gamma, Tensor beta, in RowScale scale, float slope, Tensor y,
        Tensor statistics) =>
        SampleNorms.Forward(_workers, In(x), groups, In(gamma), In(beta), scale, slope, Out(y), Out(statistics));

    internal override void SampleNormBackward(
        Tensor x, Tensor dy, in SampleGroups groups, Tensor gamma, Tensor beta, in RowScale scale, float slope,
        Tensor statistics, Tensor dx, bool accumulate, Tensor gain, Tensor shift) =>
        SampleNorms.Backward(
            _workers, In(x), In(dy), groups, In(gamma), In(beta), scale, slope, In(statistics), Out(dx), accumulate, Out(gain),
            Out(shift));

    internal override void EvoB0Forward(Tensor x, Tensor tables, Tensor y) =>
        EvoNorms.B0Forward(_workers, In(x), x.Shape.Channels, In(tables), Out(y));

    internal override void EvoB0Sums(Tensor x, Tensor dy, Tensor tables, Tensor sums) =>
        EvoNorms.B0Sums(_workers, In(x), In(dy), x.Shape.Channels, In(tables), Out(sums));

    internal override void EvoB0Gradient(Tensor x, Tensor dy, Tensor tables, Tensor dx, bool accumulate) =>
        EvoNorms.B0Gradient(_workers, In(x), In(dy), x.Shape.Channels, In(tables), Out(dx), accumulate);

    internal override void EvoS0Forward(Tensor x, Tensor tables, Tensor y) =>
        EvoNorms.S0Forward(_workers, In(x), x.Shape.Channels, In(tables), Out(y));

    internal override void EvoS0Sums(Tensor x, Tensor dy, Tensor tables, Tensor sums) =>
        EvoNorms.S0Sums(_workers, In(x), In(dy), x.Shape.Channels, In(tables), Out(sums));

    internal override void EvoS0Gradient(Tensor x, Tensor dy, Tensor tables, Tensor dx, bool accumulate) =>
        EvoNorms.S0Gradient(_workers, In(x), In(dy), x.Shape.Channels, In(tables), Out(dx), accumulate);
}
