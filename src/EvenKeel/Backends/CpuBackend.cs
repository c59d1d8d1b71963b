using System.Runtime.InteropServices;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Machine;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Kernels.Pooling;
using EvenKeel.Kernels.Random;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Tensors;

namespace EvenKeel.Backends;

/// <summary>The CPU: every primitive is one kernel call on the tensors' spans.</summary>
public sealed class CpuBackend : Backend
{
    private readonly Workers _workers;
    private readonly MemoryBudget _budget = new(MemoryBudget.OfMachine);
    private readonly StepArena _arena;
    private readonly List<AlignedBuffer> _buffers = [];

    /// <summary>Starts the worker threads.</summary>
    /// <param name="threads">Threads including the caller; 0 means one per processor.</param>
    /// <param name="path">Vector path; null means the widest, or what the environment forces.</param>
    /// <param name="convolution">How convolutions are computed; null means <see cref="ConvMethods.Default"/>.</param>
    /// <exception cref="ArgumentException">A negative number of threads, or a path this processor lacks.</exception>
    public CpuBackend(int threads = 0, VectorPath? path = null, ConvMethod? convolution = null)
    {
        _workers = new Workers(threads, path) { Convolution = convolution ?? ConvMethods.Default };
        _arena = new(_budget);
    }

    /// <summary>Threads that share the work.</summary>
    public int Threads => _workers.Threads;

    /// <summary>The vector path the kernels take.</summary>
    public VectorPath Path => _workers.Path;

    /// <inheritdoc/>
    public override string Description => $"CPU, {Threads} threads, {(int)Path}-bit vectors";

    /// <inheritdoc/>
    public override long PeakBytes => _arena.PeakBytes + _budget.Lasting;

    /// <summary>Fused multiply-adds per second that these threads reach on this path, measured now.</summary>
    /// <param name="seconds">How long to measure.</param>
    /// <returns>GFLOP/s; a multiply-add counts as two.</returns>
    public double MeasurePeak(double seconds) => MachinePeak.MeasureFma(_workers, seconds);

    /// <summary>Memory bandwidth that these threads reach, reading and writing, measured now.</summary>
    /// <param name="seconds">How long to measure.</param>
    /// <returns>GB/s.</returns>
    public double MeasureBandwidth(double seconds) => MachinePeak.MeasureBandwidth(_workers, seconds);

    internal Workers Workers => _workers;

    /// <inheritdoc/>
    public override Tensor Allocate(Shape shape)
    {
        _budget.Keep(shape.Length * (long)sizeof(float));
        var buffer = new AlignedBuffer(shape.Length);
        _buffers.Add(buffer);
        var tensor = new Tensor(new CpuStorage(buffer, 0, shape.Length), shape);
        Fill(0f, tensor);
        return tensor;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _workers.Dispose();
        _arena.Dispose();
        foreach (var buffer in _buffers) buffer.Dispose();
        _buffers.Clear();
    }

    internal override Tensor Rent(Shape shape) => _arena.Rent(shape);

    internal override Tensor Share(Tensor tensor) => _arena.Share(tensor);

    internal override Tensor Inherit(Tensor tensor) => _arena.Inherit(tensor);

    internal override void Return(Tensor tensor) => _arena.Return(tensor);

    internal override void ResetStep() => _arena.Reset();

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

    internal override void Round(HalfFormat format, Tensor x, Tensor y) =>
        Rounding.Round(_workers, format, In(x), Out(y));

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

    internal override void Sgd(
        Tensor value, Tensor gradient, Tensor? momentumBuffer,
        float learningRate, float momentum, bool nesterov, float decay) =>
        Update.Sgd(
            _workers, Out(value), In(gradient), Maybe(momentumBuffer),
            learningRate, momentum, nesterov, decay);

    internal override void Adam(Tensor value, Tensor gradient, Tensor first, Tensor second, in AdamStep step) =>
        Update.Adam(_workers, Out(value), In(gradient), Out(first), Out(second), step);

    internal override void Adamax(Tensor value, Tensor gradient, Tensor first, Tensor norm, in AdamStep step) =>
        Update.Adamax(_workers, Out(value), In(gradient), Out(first), Out(norm), step);

    internal override long FirstNonFinite(Tensor x) => Scan.FirstNonFinite(_workers, In(x));

    internal override double SumOfSquares(Tensor x) => Scan.SumOfSquares(_workers, In(x));

    // What is written may be read before, as by AddTo.
    private static GatedSums Gathered(in GradientSums sums) => new()
    {
        X = In(sums.X),
        Y = In(sums.Output),
        Bits = In(sums.Gates),
        Mean = In(sums.Mean),
        Rstd = In(sums.Rstd),
        Scale = In(sums.Scale),
        Shift = In(sums.Shift),
        Slope = sums.Slope,
        Sum = Out(sums.Sum),
        Product = Maybe(sums.Product),
    };

    private static Span<float> Out(Tensor tensor)
    {
        tensor.Settle();
        return ((CpuStorage)tensor.Storage).Span;
    }

    private static Span<float> Maybe(Tensor? tensor) => tensor is null ? default : Out(tensor);

    private static ReadOnlySpan<float> In(Tensor? tensor) => Maybe(tensor);

    // What to read instead of a value that is not computed, and through which map.
    private static ReadOnlySpan<float> In(Tensor tensor, bool maps, out SourceMap map)
    {
        map = default;
        if (!maps || tensor.Deferred is not { } deferred) return In(tensor);
        map = new SourceMap { Mean = In(deferred.Mean), Scale = In(deferred.Scale), Shift = In(deferred.Shift), Slope = deferred.Slope };
        return In(deferred.X);
    }

    private static Span<byte> Bytes(Tensor tensor, int count) => MemoryMarshal.AsBytes(Out(tensor))[..count];
}
