using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Random;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Tensors;

namespace EvenKeel.Backends;

// Passes element by element or channel by channel, noise, and the loss.
public sealed partial class CpuBackend
{
    internal override void Fill(float value, Tensor y) => Elementwise.Fill(_workers, value, Out(y));

    internal override void Copy(Tensor x, Tensor y) => Elementwise.Copy(_workers, In(x), Out(y));

    internal override void Write(ReadOnlySpan<float> values, Tensor y) => Elementwise.Copy(_workers, values, Out(y));

    internal override void Add(Tensor a, Tensor b, Tensor y) => Elementwise.Add(_workers, In(a), In(b), Out(y));

    internal override void AddLeakyRelu(float slope, Tensor a, Tensor b, Tensor y) =>
        Elementwise.AddLeakyRelu(_workers, slope, In(a), In(b), Out(y));

    internal override void AddTo(Tensor x, Tensor y) => Elementwise.AddTo(_workers, In(x), Out(y));

    internal override void Multiply(Tensor a, Tensor b, Tensor y) => Elementwise.Multiply(_workers, In(a), In(b), Out(y));

    internal override void Scale(float factor, Tensor x, Tensor y) =>
        Elementwise.Scale(_workers, factor, In(x), Out(y));

    internal override void LeakyRelu(float slope, Tensor x, Tensor y) =>
        Elementwise.LeakyRelu(_workers, slope, In(x), Out(y));

    internal override void LeakyReluBackward(float slope, Tensor y, Tensor dy, Tensor dx, bool accumulate) =>
        Elementwise.LeakyReluBackward(_workers, slope, In(y), In(dy), Out(dx), accumulate);

    internal override void LeakyReluBackwardBoth(
        float slope, Tensor y, Tensor dy, Tensor da, Tensor db, bool accumulate) =>
        Elementwise.LeakyReluBackwardBoth(_workers, slope, In(y), In(dy), Out(da), Out(db), accumulate);

    internal override void LeakyReluBackwardSum(float slope, Tensor y, Tensor dy, Tensor sums, bool accumulate) =>
        Channels.LeakyReluBackwardSum(_workers, slope, In(y), Out(dy), y.Shape.Channels, Out(sums), accumulate);

    internal override void ChannelSum(Tensor x, Tensor sums, bool accumulate) =>
        Channels.Sum(_workers, In(x), x.Shape.Channels, Out(sums), accumulate);

    internal override void AddBias(Tensor x, Tensor bias, Tensor y) =>
        Channels.AddBias(_workers, In(x), In(bias), bias.Shape.Length, slope: 1f, Out(y));

    internal override void ChannelDot(Tensor a, Tensor b, Tensor result) =>
        Channels.Dot(_workers, In(a), In(b), a.Shape.Channels, Out(result));

    internal override void ChannelScale(Tensor x, Tensor factor, Tensor y) =>
        Channels.Scale(_workers, In(x), In(factor), factor.Shape.Length, Out(y));

    internal override void ChannelScaleAdd(Tensor x, Tensor a, Tensor z, Tensor b, Tensor y) =>
        Channels.ScaleAdd(_workers, In(x), In(a), In(z), In(b), a.Shape.Length, Out(y));

    internal override void ChannelAbsoluteSum(Tensor x, Tensor sums) =>
        Channels.AbsoluteSum(_workers, In(x), sums.Shape.Length, Out(sums));

    internal override void ChannelAbsoluteMax(Tensor x, Tensor peaks) =>
        Channels.AbsoluteMax(_workers, In(x), peaks.Shape.Length, Out(peaks));

    internal override void ChannelScaleAddSign(Tensor x, Tensor a, Tensor z, Tensor b, Tensor y) =>
        Channels.ScaleAddSign(_workers, In(x), In(a), In(z), In(b), a.Shape.Length, Out(y));

    internal override void ChannelAddSignAtPeak(Tensor z, Tensor peaks, Tensor b, Tensor y) =>
        Channels.AddSignAtPeak(_workers, In(z), In(peaks), In(b), peaks.Shape.Length, Out(y));

    internal override void WeightRowPowers(Tensor x, bool squares, Tensor sums) =>
        WeightScales.RowPowers(_workers, In(x), x.Shape.Channels, squares, Out(sums));

    internal override void WeightColumnPowers(Tensor x, Tensor rowFactor, bool squares, Tensor sums) =>
        WeightScales.ColumnPowers(_workers, In(x), In(rowFactor), x.Shape.Channels, squares, Out(sums));

    internal override void WeightScale(Tensor x, Tensor rowFactor, Tensor columnFactor, Tensor y) =>
        WeightScales.Scale(_workers, In(x), In(rowFactor), In(columnFactor), Out(y));

    internal override void Round(HalfFormat format, Tensor x, Tensor y) =>
        Rounding.Round(_workers, format, In(x), Out(y));

    internal override (double MeanLoss, int Errors) CrossEntropy(
        Tensor logits, ReadOnlySpan<int> labels, float smoothing, Tensor probabilities) =>
        Softmax.CrossEntropy(_workers, In(logits), labels, logits.Shape[1], smoothing, Out(probabilities));

    internal override void CrossEntropyBackward(
        Tensor probabilities, ReadOnlySpan<int> labels, float smoothing, float upstream, Tensor dx) =>
        Softmax.CrossEntropyBackward(
            _workers, In(probabilities), labels, probabilities.Shape[1], smoothing, upstream, Out(dx));

    internal override void AddGaussian(RandomStream stream, float deviation, Tensor x, Tensor y) =>
        Noise.AddGaussian(_workers, stream, deviation, In(x), Out(y));

    internal override void AddUniform(RandomStream stream, float halfWidth, Tensor x, Tensor y) =>
        Noise.AddUniform(_workers, stream, halfWidth, In(x), Out(y));

    internal override void Dropout(RandomStream stream, float rate, Tensor x, Tensor y) =>
        Kernels.Elements.Dropout.Apply(_workers, stream, rate, In(x), Out(y), accumulate: false);

    internal override void FillGaussian(RandomStream stream, float mean, float deviation, Tensor y) =>
        Noise.Gaussian(_workers, stream, mean, deviation, Out(y));

    internal override void FillUniform(RandomStream stream, float low, float high, Tensor y) =>
        Noise.Uniform(_workers, stream, low, high, Out(y));
}
