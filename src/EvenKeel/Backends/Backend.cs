using EvenKeel.Kernels.Convolution;
using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Kernels.Pooling;
using EvenKeel.Kernels.Random;
using EvenKeel.Tensors;

namespace EvenKeel.Backends;

/// <summary>
/// The seam between the library and a device: destination-passing primitives on tensors. Everything above speaks to
/// this class only, so another device needs no change in a layer. Shapes are the caller's promise, checked once
/// where a tensor meets a kernel. A <c>slope</c> is that of the leaky ReLU fused into an operation: 1 is the
/// identity, 0 is ReLU.
/// </summary>
public abstract class Backend : IDisposable, IDeferredMaker
{
    void IDeferredMaker.Make(in DeferredMap map, Tensor y) =>
        RescaleForward(map.X, map.Mean, map.Scale, map.Shift, null, map.Slope, y);

    /// <summary>A tensor that lasts until the backend is disposed, filled with zeros.</summary>
    public abstract Tensor Allocate(Shape shape);

    /// <summary>What the backend runs on, in words.</summary>
    public abstract string Description { get; }

    /// <summary>Peak bytes of step memory so far.</summary>
    public abstract long PeakBytes { get; }

    /// <summary>Frees everything the backend allocated.</summary>
    public abstract void Dispose();

    /// <summary>A tensor of the current step, contents undefined.</summary>
    internal abstract Tensor Rent(Shape shape);

    /// <summary>A second tensor of the current step with the memory of a first, which stays the owner: for an operation
    /// that writes over its input.</summary>
    internal abstract Tensor Share(Tensor tensor);

    /// <summary>The same, and the second becomes the owner: for a gradient that is written over its value, and whose memory may
    /// then pass on.</summary>
    internal abstract Tensor Inherit(Tensor tensor);

    /// <summary>Returns a step tensor before the step ends.</summary>
    internal abstract void Return(Tensor tensor);

    /// <summary>Ends the step: every rented tensor is taken back.</summary>
    internal abstract void ResetStep();

    // Convolution and matrix product.
    internal abstract void ConvForward(
        in ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, float slope, Tensor y, ChannelMoments? moments);

    /// <summary>True if such a convolution can measure its output while it stores it.</summary>
    internal abstract bool ConvMeasures(in ConvGeometry geometry);

    /// <summary>True if such a convolution and its weight gradient can read an input that is not computed yet.</summary>
    internal abstract bool ConvMaps(in ConvGeometry geometry);

    /// <summary>True if the input gradient of such a convolution can gather sums.</summary>
    internal abstract bool ConvGates(in ConvGeometry geometry);

    internal abstract void ConvInputGradient(
        in ConvGeometry geometry, Tensor dy, Tensor weight, Tensor dx, bool accumulate, in GradientSums? sums);

    internal abstract void ConvWeightGradient(
        in ConvGeometry geometry, Tensor x, Tensor dy, Tensor dw, bool accumulate);

    internal abstract void DenseForward(Tensor x, Tensor weight, Tensor? bias, float slope, Tensor y);

    internal abstract void DenseInputGradient(Tensor dy, Tensor weight, Tensor dx, bool accumulate);

    internal abstract void DenseWeightGradient(Tensor x, Tensor dy, Tensor dw, bool accumulate);

    // Element by element.
    internal abstract void Fill(float value, Tensor y);

    internal abstract void Copy(Tensor x, Tensor y);

    /// <summary>Copies numbers of the host, which may be many.</summary>
    internal abstract void Write(ReadOnlySpan<float> values, Tensor y);

    internal abstract void Add(Tensor a, Tensor b, Tensor y);

    /// <summary>y = the sum s where it is above zero, slope·s elsewhere.</summary>
    internal abstract void AddLeakyRelu(float slope, Tensor a, Tensor b, Tensor y);

    internal abstract void AddTo(Tensor x, Tensor y);

    internal abstract void Multiply(Tensor a, Tensor b, Tensor y);

    internal abstract void Scale(float factor, Tensor x, Tensor y);

    internal abstract void LeakyRelu(float slope, Tensor x, Tensor y);

    internal abstract void LeakyReluBackward(float slope, Tensor y, Tensor dy, Tensor dx, bool accumulate);

    /// <summary>Backwards through the sum of two: da =, and db = or +=.</summary>
    internal abstract void LeakyReluBackwardBoth(float slope, Tensor y, Tensor dy, Tensor da, Tensor db, bool accumulate);

    /// <summary>In place: dy = dy where y &gt; 0, else slope·dy; with its sum over the rows, the gradient of a bias.</summary>
    internal abstract void LeakyReluBackwardSum(float slope, Tensor y, Tensor dy, Tensor sums, bool accumulate);

    // Per channel, in each segment of rows: tables are [channels], or [segments, channels] with equally many rows each.
    internal abstract void ChannelSum(Tensor x, Tensor sums, bool accumulate);

    internal abstract void AddBias(Tensor x, Tensor bias, Tensor y);

    internal abstract void ChannelDot(Tensor a, Tensor b, Tensor result);

    internal abstract void ChannelScale(Tensor x, Tensor factor, Tensor y);

    internal abstract void ChannelScaleAdd(Tensor x, Tensor a, Tensor z, Tensor b, Tensor y);

    internal abstract void ChannelAbsoluteSum(Tensor x, Tensor sums);

    internal abstract void ChannelAbsoluteMax(Tensor x, Tensor peaks);

    internal abstract void ChannelScaleAddSign(Tensor x, Tensor a, Tensor z, Tensor b, Tensor y);

    internal abstract void ChannelAddSignAtPeak(Tensor z, Tensor peaks, Tensor b, Tensor y);

    // Both sides of a weight, rows × outputs: powers of its inputs and outputs, and y = (rowFactor·x)·columnFactor.
    internal abstract void WeightRowPowers(Tensor x, bool squares, Tensor sums);

    /// <summary>Powers of each output as they are once the rows are multiplied by a factor.</summary>
    internal abstract void WeightColumnPowers(Tensor x, Tensor rowFactor, bool squares, Tensor sums);

    internal abstract void WeightScale(Tensor x, Tensor rowFactor, Tensor columnFactor, Tensor y);

    internal abstract void MeanVariance(Tensor x, Tensor mean, Tensor variance);

    internal abstract void Mean(Tensor x, Tensor mean);

    /// <summary>y = act(x − mean + shift), and which branch the activation took: one bit an element in <paramref
    /// name="gates"/>, of the length that <see cref="Gated.Length"/> tells; shift and gates may be absent.</summary>
    internal abstract void ShiftForward(Tensor x, Tensor mean, Tensor? shift, float slope, Tensor y, Tensor? gates);

    /// <summary>Σ act'·dy per channel.</summary>
    internal abstract void GatedSum(Tensor dy, Tensor gates, float slope, Tensor sums);

    /// <summary>dx = act'·dy − level; gates and level may be absent.</summary>
    internal abstract void GatedSubtract(
        Tensor dy, Tensor? gates, float slope, Tensor? level, Tensor dx, bool accumulate);

    internal abstract void RescaleForward(
        Tensor x, Tensor mean, Tensor scale, Tensor shift, Tensor? addend, float slope, Tensor y);

    internal abstract void RescaleBackwardReduce(
        Tensor x, Tensor dy, Tensor mean, Tensor rstd, Tensor scale, Tensor shift, float slope,
        Tensor sumGradient, Tensor? sumGradientNormalized);

    /// <summary>The same sums where an addend came in before the activation; the gradient that passes it replaces dy.</summary>
    internal abstract void RescaleSumBackwardReduce(
        Tensor x, Tensor y, Tensor dy, Tensor mean, Tensor rstd, float slope, Tensor sumGradient,
        Tensor sumGradientNormalized);

    internal abstract void RescaleBackwardApply(
        Tensor x, Tensor dy, Tensor mean, Tensor scale, Tensor shift, float slope,
        Tensor a, Tensor b, Tensor? d, bool signs, Tensor dx, bool accumulate);

    /// <summary>sums [2, segments, channels]: Σ |x − mean|, Σ sgn(x − mean).</summary>
    internal abstract void AbsoluteDeviations(Tensor x, Tensor mean, Tensor sums);

    /// <summary>The k values of each channel farthest from its mean, x − mean, and their rows, [channels, k]; rows as bits
    /// of whole numbers.</summary>
    internal abstract void LargestDeviations(Tensor x, Tensor mean, Tensor values, Tensor rows);

    /// <summary>Largest and smallest value of each channel in each run of rows, [runs, 2·channels]; rows as bits.</summary>
    internal abstract void Range(Tensor x, Tensor values, Tensor rows);

    /// <summary>y[at[i]] += values[i], for few elements.</summary>
    internal abstract void AddAt(ReadOnlySpan<int> at, ReadOnlySpan<float> values, Tensor y);

    // Each row by its own statistics [3, rows].
    internal abstract void RowNormForward(
        Tensor x, Tensor gamma, Tensor beta, in RowScale scale, float slope, Tensor y, Tensor statistics);

    internal abstract void RowNormBackward(
        Tensor x, Tensor dy, Tensor gamma, Tensor beta, in RowScale scale, float slope, Tensor statistics,
        Tensor dx, bool accumulate, Tensor gain, Tensor shift);

    // Groups of channels within each sample; statistics [3, samples, groups].
    internal abstract void SampleNormForward(
        Tensor x, in SampleGroups groups, Tensor gamma, Tensor beta, in RowScale scale, float slope, Tensor y,
        Tensor statistics);

    internal abstract void SampleNormBackward(
        Tensor x, Tensor dy, in SampleGroups groups, Tensor gamma, Tensor beta, in RowScale scale, float slope,
        Tensor statistics, Tensor dx, bool accumulate, Tensor gain, Tensor shift);

    // Normalizing activations; tables and sums as their kernels say.
    internal abstract void EvoB0Forward(Tensor x, Tensor tables, Tensor y);

    internal abstract void EvoB0Sums(Tensor x, Tensor dy, Tensor tables, Tensor sums);

    internal abstract void EvoB0Gradient(Tensor x, Tensor dy, Tensor tables, Tensor dx, bool accumulate);

    internal abstract void EvoS0Forward(Tensor x, Tensor tables, Tensor y);

    internal abstract void EvoS0Sums(Tensor x, Tensor dy, Tensor tables, Tensor sums);

    internal abstract void EvoS0Gradient(Tensor x, Tensor dy, Tensor tables, Tensor dx, bool accumulate);

    /// <summary>y = x rounded to a 16-bit format.</summary>
    internal abstract void Round(HalfFormat format, Tensor x, Tensor y);

    // Pooling; max pooling keeps one byte per output, stored four to a float.
    internal abstract void MaxPoolForward(in PoolGeometry geometry, Tensor x, Tensor y, Tensor index);

    /// <summary>True if such a forward pass can read an input that is not computed yet.</summary>
    internal abstract bool MaxPoolMaps(in PoolGeometry geometry);

    /// <summary>True if such a backward pass can gather sums.</summary>
    internal abstract bool MaxPoolGates(in PoolGeometry geometry);

    internal abstract void MaxPoolBackward(
        in PoolGeometry geometry, Tensor dy, Tensor index, Tensor dx, in GradientSums? sums);

    internal abstract void AveragePoolForward(in PoolGeometry geometry, bool countPadding, Tensor x, Tensor y);

    internal abstract void AveragePoolBackward(in PoolGeometry geometry, bool countPadding, Tensor dy, Tensor dx);

    internal abstract void GlobalAverageForward(Tensor x, Tensor y);

    internal abstract void GlobalAverageBackward(Tensor dy, Tensor dx);

    // Loss.
    internal abstract (double MeanLoss, int Errors) CrossEntropy(
        Tensor logits, ReadOnlySpan<int> labels, float smoothing, Tensor probabilities);

    internal abstract void CrossEntropyBackward(
        Tensor probabilities, ReadOnlySpan<int> labels, float smoothing, float upstream, Tensor dx);

    // Random numbers.
    internal abstract void AddGaussian(RandomStream stream, float deviation, Tensor x, Tensor y);

    internal abstract void AddUniform(RandomStream stream, float halfWidth, Tensor x, Tensor y);

    internal abstract void Dropout(RandomStream stream, float rate, Tensor x, Tensor y);

    internal abstract void FillGaussian(RandomStream stream, float mean, float deviation, Tensor y);

    internal abstract void FillUniform(RandomStream stream, float low, float high, Tensor y);

    // Optimizer updates.
    internal abstract void Sgd(
        Tensor value, Tensor gradient, Tensor? momentumBuffer,
        float learningRate, float momentum, bool nesterov, float decay);

    internal abstract void Adam(Tensor value, Tensor gradient, Tensor first, Tensor second, in AdamStep step);

    internal abstract void Adamax(Tensor value, Tensor gradient, Tensor first, Tensor norm, in AdamStep step);

    // Inspection.
    internal abstract long FirstNonFinite(Tensor x);

    internal abstract double SumOfSquares(Tensor x);
}
