using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels;

/// <summary>
/// The threads a kernel runs on and the vector path it takes. Work arrives as a number of chunks that does not
/// depend on the number of threads; which thread takes a chunk never changes what the chunk computes, so results
/// are the same bits on any number of threads.
/// </summary>
/// <remarks>One operation at a time; the calling thread works too. Nothing is allocated per operation. Idle threads
/// spin for a few microseconds, since the next operation usually follows at once, then sleep.</remarks>
public sealed unsafe class Workers : IDisposable
{
    private const int SpinsBeforeSleep = 2_000;

    // With more threads than processors, spinning takes the processor from a thread that has work.
    private readonly int _spins;

    private readonly Thread[] _threads;
    private readonly object _bed = new();
    private readonly Scratch _scratch;
    private readonly WorkerShares _shares;
    private void* _job;
    private int _jobLength;
    private delegate*<void*, int, int, void> _run;
    private int _running;
    private int _sleeping;
    private int _generation;
    private bool _disposed;
    private Exception? _failure;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads including the caller; 0 means one per processor.</param>
    /// <param name="path">Vector path; null means <see cref="VectorPaths.Default"/>.</param>
    /// <exception cref="ArgumentException">A negative number of threads, or a path this processor lacks.</exception>
    public Workers(int threads = 0, VectorPath? path = null)
    {
        if (threads < 0) throw new ArgumentException($"threads is {threads}: expected 1 or more, or 0 for all processors.");
        Path = path ?? VectorPaths.Default;
        if (!VectorPaths.Available.Contains(Path))
            throw new ArgumentException($"{Path} does not run on this processor: it has {string.Join(", ", VectorPaths.Available)}.");
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
        _spins = Threads > Environment.ProcessorCount ? 0 : SpinsBeforeSleep;
        _scratch = new(Threads);
        _shares = new(Threads);
        _threads = new Thread[Threads - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"EvenKeel worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that share the work, the calling one included.</summary>
    public int Threads { get; }

    /// <summary>The vector path every kernel called with this object takes.</summary>
    public VectorPath Path { get; }

    /// <summary>How convolutions are computed.</summary>
    public ConvMethod Convolution { get; init; } = ConvMethods.Default;

    /// <summary>Runs chunks 0 to <paramref name="chunks"/>-1 of a job and returns when all are done.</summary>
    internal void Run<TJob>(int chunks, ref TJob job) where TJob : unmanaged, ILaneJob
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (chunks <= 0) return;
        delegate*<void*, int, int, void> run = Path switch
        {
            VectorPath.Vector512 => &Execute<TJob, Lanes512>,
            VectorPath.Vector256 => &Execute<TJob, Lanes256>,
            _ => &Execute<TJob, Lanes128>,
        };

        // The job is unmanaged and lives in the caller's frame, which outlasts this call: its address is stable.
        var address = Unsafe.AsPointer(ref job);
        if (chunks == 1 || Threads == 1)
        {
            for (var chunk = 0; chunk < chunks; chunk++) run(address, chunk, 0);
            return;
        }

        _job = address;
        _jobLength = sizeof(TJob);
        _run = run;
        _failure = null;
        _shares.Deal(chunks);
        Volatile.Write(ref _running, _threads.Length);
        NextGeneration();
        TakeChunks(0);

        // Wait even after a failure: the other workers still read the job in this frame.
        var spinner = new SpinWait();
        while (Volatile.Read(ref _running) != 0)
        {
            if (spinner.NextSpinWillYield) Thread.Yield();
            else spinner.SpinOnce(-1);
        }

        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Memory that all workers read during one operation, and that it fills: aligned, grows, never shrinks.</summary>
    internal float* SharedScratch(nuint length) => _scratch.Shared(length);

    /// <summary>A piece of memory for each worker, until the next request: aligned, grows, never shrinks.</summary>
    internal WorkerMemory Pieces(nint length) => _scratch.Pieces((nuint)length);

    /// <summary>Stops the threads and frees their buffers.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        NextGeneration();
        foreach (var thread in _threads) thread.Join();
        _scratch.Dispose();
        _shares.Dispose();
    }

    private static void Execute<TJob, V>(void* job, int chunk, int worker)
        where TJob : unmanaged, ILaneJob
        where V : unmanaged, ILanes<V> => ((TJob*)job)->Run<V>(chunk, worker);

    // With a copy of the job, away from where the caller's thread keeps writing to its stack.
    private void TakeChunks(int worker)
    {
        var job = stackalloc byte[_jobLength];
        Unsafe.CopyBlockUnaligned(job, _job, (uint)_jobLength);
        try
        {
            while (_shares.Take(worker) is var chunk and >= 0) _run(job, chunk, worker);
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
    }

    private void Loop(int worker)
    {
        var seen = 0;
        while (true)
        {
            WaitForWork(ref seen);
            if (Volatile.Read(ref _disposed)) return;
            TakeChunks(worker);
            Interlocked.Decrement(ref _running);
        }
    }

    // Both sides announce themselves with a full fence before they look at the other: either the worker sees the
    // new generation before it sleeps, or this sees the sleeper. A worker takes part in every generation, exactly once.
    private void NextGeneration()
    {
        Interlocked.Increment(ref _generation);
        if (Volatile.Read(ref _sleeping) == 0) return;
        lock (_bed) Monitor.PulseAll(_bed);
    }

    private void WaitForWork(ref int seen)
    {
        for (var spin = 0; spin < _spins && Volatile.Read(ref _generation) == seen; spin++) Thread.SpinWait(8);
        if (Volatile.Read(ref _generation) == seen)
        {
            lock (_bed)
            {
                Interlocked.Increment(ref _sleeping);
                while (Volatile.Read(ref _generation) == seen) Monitor.Wait(_bed);
                Interlocked.Decrement(ref _sleeping);
            }
        }

        seen++;
    }
}

/// <summary>A kernel's work, cut into chunks: an unmanaged struct of pointers and sizes.</summary>
internal interface ILaneJob
{
    /// <summary>Computes one chunk.</summary>
    /// <param name="chunk">Which chunk; the same chunk computes the same bits on any worker.</param>
    /// <param name="worker">The worker that runs it, for scratch memory only.</param>
    void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>;
}
