namespace EvenKeel.Kernels;

/// <summary>
/// Which thread takes which chunk of a job: each has a share of chunks that follow each other, about the same of every job of
/// a tensor's size, so that it finds in its own cache what it wrote before. One that is done takes from the others' ends.
/// </summary>
internal sealed unsafe class WorkerShares : IDisposable
{
    // A share in a cache line of its own: the next chunk in the low half, the end in the high one.
    private const int Line = 8;

    private readonly int _threads;
    private readonly long* _shares;

    /// <summary>Shares without chunks.</summary>
    /// <param name="threads">Number of threads.</param>
    public WorkerShares(int threads)
    {
        _threads = threads;
        _shares = (long*)AlignedMemory.Allocate((nuint)(threads * Line * (sizeof(long) / sizeof(float))));
        Deal(0);
    }

    /// <summary>Hands out chunks, while no thread takes any.</summary>
    /// <param name="chunks">Their number.</param>
    public void Deal(int chunks)
    {
        for (var i = 0; i < _threads; i++)
        {
            var first = (long)chunks * i / _threads;
            var end = (long)chunks * (i + 1) / _threads;
            Volatile.Write(ref _shares[i * Line], first | (end << 32));
        }
    }

    /// <summary>The next chunk for a thread; -1 if none is left.</summary>
    /// <param name="thread">The thread.</param>
    public int Take(int thread)
    {
        ref var own = ref _shares[thread * Line];
        for (var share = Volatile.Read(ref own); Left(share); share = Volatile.Read(ref own))
        {
            if (Interlocked.CompareExchange(ref own, share + 1, share) == share) return (int)share;
        }

        for (var i = 1; i < _threads; i++)
        {
            ref var other = ref _shares[(thread + i) % _threads * Line];
            for (var share = Volatile.Read(ref other); Left(share); share = Volatile.Read(ref other))
            {
                var less = share - (1L << 32);
                if (Interlocked.CompareExchange(ref other, less, share) == share) return (int)(less >> 32);
            }
        }

        return -1;
    }

    /// <inheritdoc/>
    public void Dispose() => AlignedMemory.Free((float*)_shares);

    private static bool Left(long share) => (int)share < (int)(share >> 32);
}
