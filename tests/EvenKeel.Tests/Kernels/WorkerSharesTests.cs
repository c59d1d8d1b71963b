using EvenKeel.Kernels;

namespace EvenKeel.Tests.Kernels;

/// <summary>Which thread takes which chunk.</summary>
public sealed class WorkerSharesTests
{
    [Fact]
    public void AThreadTakesItsOwnInOrderAndThenFromTheEndsOfOthers()
    {
        using var shares = new WorkerShares(3);
        shares.Deal(10);
        Assert.Equal([3, 4, 5], Take(shares, 1, 3));
        Assert.Equal([9, 8], Take(shares, 1, 2));
        Assert.Equal([0, 1], Take(shares, 0, 2));
        Assert.Equal([6, 7], Take(shares, 2, 2));
        Assert.Equal([2, -1], Take(shares, 2, 2));
        Assert.Equal([-1], Take(shares, 0, 1));
    }

    [Fact]
    public void SharesOfEqualJobsAreEqual()
    {
        using var shares = new WorkerShares(2);
        for (var job = 0; job < 3; job++)
        {
            shares.Deal(5);
            Assert.Equal([2, 3, 4, 1, 0, -1], Take(shares, 1, 6));
        }

        shares.Deal(0);
        Assert.Equal(-1, shares.Take(0));
        shares.Deal(1);
        Assert.Equal([0, -1], Take(shares, 0, 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void EachChunkIsTakenOnceWhoeverTakes(int threads)
    {
        using var shares = new WorkerShares(threads);
        for (var chunks = 0; chunks < 200; chunks++)
        {
            shares.Deal(chunks);
            var taken = new int[chunks];
            Parallel.For(0, threads, thread =>
            {
                while (shares.Take(thread) is var chunk and >= 0) Interlocked.Increment(ref taken[chunk]);
            });
            Assert.All(taken, count => Assert.Equal(1, count));
        }
    }

    private static int[] Take(WorkerShares shares, int thread, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => shares.Take(thread))];
}
