using System.Runtime.InteropServices;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Machine;
using EvenKeel.Tensors;

namespace EvenKeel.Backends;

/// <summary>The CPU: every primitive is one kernel call on the tensors' spans.</summary>
public sealed partial class CpuBackend : Backend
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

    // What is written may be read before, as by AddTo.
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
