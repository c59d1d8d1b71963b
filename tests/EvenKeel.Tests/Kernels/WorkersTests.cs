using EvenKeel.Kernels;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public unsafe class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Ten_thousand_tiny_jobs_run_every_chunk_once(int threads)
    {
        const int Chunks = 7;
        using var workers = new Workers(threads);
        var counts = stackalloc int[Chunks];
        for (var turn = 1; turn <= 10_000; turn++)
        {
            var job = new CountJob(counts, turn);
            workers.Run(1 + turn % Chunks, ref job);
            for (var chunk = 0; chunk < 1 + turn % Chunks; chunk++)
            {
                if (counts[chunk] != 1) Assert.Fail($"turn {turn}: chunk {chunk} ran {counts[chunk]} times");
                counts[chunk] = 0;
            }

            // Let some workers fall asleep now and then, so that all ways of waking are taken.
            if (turn % 1_000 == 0) Thread.Sleep(5);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void An_exception_comes_back_and_the_next_job_runs(int threads)
    {
        using var workers = new Workers(threads);
        var counts = stackalloc int[3];
        for (var turn = 0; turn < 100; turn++)
        {
            var failing = new FailingJob(turn % 7);
            var error = Assert.Throws<InvalidOperationException>(() => RunFailing(workers, failing));
            Assert.Equal("chunk " + turn % 7, error.Message);
            for (var i = 0; i < 3; i++) counts[i] = 0;
            var job = new CountJob(counts, 0);
            workers.Run(3, ref job);
            Assert.Equal((1, 1, 1), (counts[0], counts[1], counts[2]));
        }
    }

    [Fact]
    public void A_disposed_object_says_so()
    {
        var workers = new Workers(3);
        workers.Dispose();
        workers.Dispose();
        Assert.Throws<ObjectDisposedException>(() => RunFailing(workers, default));
    }

    [Fact]
    public void Shared_memory_is_kept_aligned_and_grows()
    {
        using var workers = new Workers(2);
        var first = workers.SharedScratch(100);
        Assert.Equal(0u, (nuint)first % 64);
        Assert.True(first == workers.SharedScratch(50));
        var grown = workers.SharedScratch(2_000_000);
        grown[1_999_999] = 1f;
        Assert.True(grown == workers.SharedScratch(2_000_000));
        Assert.True(grown != workers.Pieces(50).Of(0));
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Workers(-1));
        Assert.Throws<ArgumentException>(() => new Workers(1, (VectorPath)64));
        Assert.Contains("expected one of", Assert.Throws<ArgumentException>(() => VectorPaths.Choose("1024")).Message);
        Assert.Equal(VectorPath.Vector128, VectorPaths.Choose(" 128 "));
        Assert.Equal(VectorPaths.Available[0], VectorPaths.Choose(null));
    }

    [Fact]
    public void Workers_have_pieces_of_memory_far_apart_that_stay_theirs()
    {
        using var workers = new Workers(3);
        foreach (var length in new[] { 100, 50, 1_000_000 })
        {
            var pieces = workers.Pieces(length);
            for (var worker = 0; worker < workers.Threads; worker++)
            {
                var piece = pieces.Of(worker);
                Assert.Equal(0u, (nuint)piece % 64);
                Assert.True(piece == workers.Pieces(length).Of(worker));
                new Span<float>(piece, length).Clear();
                for (var other = 0; other < worker; other++)
                    Assert.True(Math.Abs(piece - pieces.Of(other)) > length + 1024);
            }
        }
    }

    private static void RunFailing(Workers workers, FailingJob job) => workers.Run(8, ref job);

    private readonly struct CountJob(int* counts, int turn) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            if (turn % 3 == 0) Thread.SpinWait(20);
            Interlocked.Increment(ref counts[chunk]);
        }
    }

    private readonly struct FailingJob(int failing) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            if (chunk == failing) throw new InvalidOperationException("chunk " + chunk);
        }
    }
}
