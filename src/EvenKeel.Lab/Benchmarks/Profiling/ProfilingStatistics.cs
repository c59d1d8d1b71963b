using EvenKeel.Kernels.Normalization;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Benchmarks.Profiling;

// Primitives that move memory: per channel and per row.
internal sealed partial class ProfilingBackend
{
    internal override void ChannelSum(Tensor x, Tensor sums, bool accumulate)
    {
        recorder.Start();
        inner.ChannelSum(x, sums, accumulate);
        Moved("channel sum", x, Bytes(x, sums));
    }

    internal override void AddBias(Tensor x, Tensor bias, Tensor y)
    {
        recorder.Start();
        inner.AddBias(x, bias, y);
        Moved("add bias", y, Bytes(x, bias, y));
    }

    internal override void ChannelDot(Tensor a, Tensor b, Tensor result)
    {
        recorder.Start();
        inner.ChannelDot(a, b, result);
        Moved("channel dot", a, Bytes(a, b, result));
    }

    internal override void ChannelScale(Tensor x, Tensor factor, Tensor y)
    {
        recorder.Start();
        inner.ChannelScale(x, factor, y);
        Moved("channel scale", y, Bytes(x, factor, y));
    }

    internal override void ChannelScaleAdd(Tensor x, Tensor a, Tensor z, Tensor b, Tensor y)
    {
        recorder.Start();
        inner.ChannelScaleAdd(x, a, z, b, y);
        Moved("channel scale and add", y, Bytes(x, a, z, b, y));
    }

    internal override void ChannelAbsoluteSum(Tensor x, Tensor sums)
    {
        recorder.Start();
        inner.ChannelAbsoluteSum(x, sums);
        Moved("channel absolute sum", x, Bytes(x, sums));
    }

    internal override void ChannelAbsoluteMax(Tensor x, Tensor peaks)
    {
        recorder.Start();
        inner.ChannelAbsoluteMax(x, peaks);
        Moved("channel absolute maximum", x, Bytes(x, peaks));
    }

    internal override void ChannelScaleAddSign(Tensor x, Tensor a, Tensor z, Tensor b, Tensor y)
    {
        recorder.Start();
        inner.ChannelScaleAddSign(x, a, z, b, y);
        Moved("channel scale and add sign", y, Bytes(x, a, z, b, y));
    }

    internal override void ChannelAddSignAtPeak(Tensor z, Tensor peaks, Tensor b, Tensor y)
    {
        recorder.Start();
        inner.ChannelAddSignAtPeak(z, peaks, b, y);
        Moved("channel add sign at peak", y, Bytes(z, peaks, b, y, y));
    }

    internal override void WeightRowPowers(Tensor x, bool squares, Tensor sums)
    {
        recorder.Start();
        inner.WeightRowPowers(x, squares, sums);
        Moved("weight row powers", x, Bytes(x, sums));
    }

    internal override void WeightColumnPowers(Tensor x, Tensor rowFactor, bool squares, Tensor sums)
    {
        recorder.Start();
        inner.WeightColumnPowers(x, rowFactor, squares, sums);
        Moved("weight column powers", x, Bytes(x, rowFactor, sums));
    }

    internal override void WeightScale(Tensor x, Tensor rowFactor, Tensor columnFactor, Tensor y)
    {
        recorder.Start();
        inner.WeightScale(x, rowFactor, columnFactor, y);
        Moved("weight scale", y, Bytes(x, rowFactor, columnFactor, y));
    }

    internal override void MeanVariance(Tensor x, Tensor mean, Tensor variance)
    {
        recorder.Start();
        inner.MeanVariance(x, mean, variance);
        Moved("mean and variance", x, Bytes(x, mean, variance));
    }

    internal override void Mean(Tensor x, Tensor mean)
    {
        recorder.Start();
        inner.Mean(x, mean);
        Moved("mean", x, Bytes(x, mean));
    }

    internal override void ShiftForward(Tensor x, Tensor mean, Tensor? shift, float slope, Tensor y, Tensor? gates)
    {
        recorder.Start();
        inner.ShiftForward(x, mean, shift, slope, y, gates);
        Moved("shift", x, Bytes(x, y, gates));
    }

    internal override void GatedSum(Tensor dy, Tensor gates, float slope, Tensor sums)
    {
        recorder.Start();
        inner.GatedSum(dy, gates, slope, sums);
        Moved("shift backward sums", dy, Bytes(dy, gates));
    }

    internal override void GatedSubtract(
        Tensor dy, Tensor? gates, float slope, Tensor? level, Tensor dx, bool accumulate)
    {
        recorder.Start();
        inner.GatedSubtract(dy, gates, slope, level, dx, accumulate);
        Moved("shift backward", dx, Bytes(dy, gates, dx, accumulate ? dx : null));
    }

    internal override void RescaleForward(
        Tensor x, Tensor mean, Tensor scale, Tensor shift, Tensor? addend, float slope, Tensor y)
    {
        recorder.Start();
        inner.RescaleForward(x, mean, scale, shift, addend, slope, y);
        Moved(addend is null ? "normalize" : "normalize and add", x, Bytes(x, y, addend));
    }

    internal override void RescaleBackwardReduce(
        Tensor x, Tensor dy, Tensor mean, Tensor rstd,
        Tensor scale, Tensor shift, float slope, Tensor sumGradient, Tensor? sumGradientNormalized)
    {
        recorder.Start();
        inner.RescaleBackwardReduce(x, dy, mean, rstd, scale, shift, slope, sumGradient, sumGradientNormalized);
        Moved("normalize backward sums", x, Bytes(slope == 1f && sumGradientNormalized is null ? null : x, dy));
    }

    internal override void RescaleSumBackwardReduce(
        Tensor x, Tensor y, Tensor dy, Tensor mean, Tensor rstd, float slope, Tensor sumGradient,
        Tensor sumGradientNormalized)
    {
        recorder.Start();
        inner.RescaleSumBackwardReduce(x, y, dy, mean, rstd, slope, sumGradient, sumGradientNormalized);
        Moved("normalize and add backward sums", x, Bytes(x, y, dy, dy));
    }

    internal override void RescaleBackwardApply(
        Tensor x, Tensor dy, Tensor mean, Tensor scale, Tensor shift, float slope,
        Tensor a, Tensor b, Tensor? d, bool signs, Tensor dx, bool accumulate)
    {
        recorder.Start();
        inner.RescaleBackwardApply(x, dy, mean, scale, shift, slope, a, b, d, signs, dx, accumulate);
        Moved("normalize backward", x, Bytes(slope == 1f && d is null ? null : x, dy, dx, accumulate ? dx : null));
    }

    internal override void AbsoluteDeviations(Tensor x, Tensor mean, Tensor sums)
    {
        recorder.Start();
        inner.AbsoluteDeviations(x, mean, sums);
        Moved("absolute deviations", x, Bytes(x));
    }

    internal override void LargestDeviations(Tensor x, Tensor mean, Tensor values, Tensor rows)
    {
        recorder.Start();
        inner.LargestDeviations(x, mean, values, rows);
        Moved("largest deviations", x, Bytes(x, values, rows));
    }

    internal override void Range(Tensor x, Tensor values, Tensor rows)
    {
        recorder.Start();
        inner.Range(x, values, rows);
        Moved("range", x, Bytes(x, values, rows));
    }

    internal override void RowNormForward(
        Tensor x, Tensor gamma, Tensor beta, in RowScale scale, float slope, Tensor y, Tensor statistics)
    {
        recorder.Start();
        inner.RowNormForward(x, gamma, beta, scale, slope, y, statistics);
        Moved("row normalize", x, Bytes(x, gamma, beta, y, statistics));
    }

    internal override void RowNormBackward(
        Tensor x, Tensor dy, Tensor gamma, Tensor beta, in RowScale scale,
        float slope, Tensor statistics, Tensor dx, bool accumulate, Tensor gain, Tensor shift)
    {
        recorder.Start();
        inner.RowNormBackward(x, dy, gamma, beta, scale, slope, statistics, dx, accumulate, gain, shift);
        Moved("row normalize backward", x, Bytes(x, dy, gamma, statistics, dx, accumulate ? dx : null, gain, shift));
    }

    internal override void SampleNormForward(
        Tensor x, in SampleGroups groups, Tensor gamma, Tensor beta, in RowScale scale, float slope, Tensor y,
        Tensor statistics)
    {
        recorder.Start();
        inner.SampleNormForward(x, groups, gamma, beta, scale, slope, y, statistics);
        Moved("sample normalize", x, Bytes(x, gamma, beta, y, statistics));
    }

    internal override void SampleNormBackward(
        Tensor x, Tensor dy, in SampleGroups groups, Tensor gamma, Tensor beta, in RowScale scale, float slope,
        Tensor statistics, Tensor dx, bool accumulate, Tensor gain, Tensor shift)
    {
        recorder.Start();
        inner.SampleNormBackward(x, dy, groups, gamma, beta, scale, slope, statistics, dx, accumulate, gain, shift);
        Moved("sample normalize backward", x, Bytes(x, dy, gamma, statistics, dx, accumulate ? dx : null, gain, shift));
    }

    internal override void EvoB0Forward(Tensor x, Tensor tables, Tensor y)
    {
        recorder.Start();
        inner.EvoB0Forward(x, tables, y);
        Moved("evonorm-b0", x, Bytes(x, y));
    }

    internal override void EvoB0Sums(Tensor x, Tensor dy, Tensor tables, Tensor sums)
    {
        recorder.Start();
        inner.EvoB0Sums(x, dy, tables, sums);
        Moved("evonorm-b0 backward sums", x, Bytes(x, dy));
    }

    internal override void EvoB0Gradient(Tensor x, Tensor dy, Tensor tables, Tensor dx, bool accumulate)
    {
        recorder.Start();
        inner.EvoB0Gradient(x, dy, tables, dx, accumulate);
        Moved("evonorm-b0 backward", x, Bytes(x, dy, dx, accumulate ? dx : null));
    }

    internal override void EvoS0Forward(Tensor x, Tensor tables, Tensor y)
    {
        recorder.Start();
        inner.EvoS0Forward(x, tables, y);
        Moved("evonorm-s0", x, Bytes(x, y));
    }

    internal override void EvoS0Sums(Tensor x, Tensor dy, Tensor tables, Tensor sums)
    {
        recorder.Start();
        inner.EvoS0Sums(x, dy, tables, sums);
        Moved("evonorm-s0 backward sums", x, Bytes(x, dy));
    }

    internal override void EvoS0Gradient(Tensor x, Tensor dy, Tensor tables, Tensor dx, bool accumulate)
    {
        recorder.Start();
        inner.EvoS0Gradient(x, dy, tables, dx, accumulate);
        Moved("evonorm-s0 backward", x, Bytes(x, dy, dx, accumulate ? dx : null));
    }
}
