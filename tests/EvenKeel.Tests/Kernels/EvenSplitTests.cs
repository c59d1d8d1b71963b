using EvenKeel.Kernels;

namespace EvenKeel.Tests.Kernels;

/// <summary>Work cut into even pieces.</summary>
public sealed class EvenSplitTests
{
    [Theory]
    [InlineData(1, 16_384, 64, 8, 1)]
    [InlineData(100, 100, 1, 8, 1)]
    [InlineData(101, 100, 1, 8, 2)]
    [InlineData(50_176, 16_384, 64, 8, 4)]
    [InlineData(81_920, 16_384, 64, 8, 8)]
    [InlineData(250_000, 16_384, 64, 8, 16)]
    [InlineData(512, 48, 8, 2, 12)]
    [InlineData(400, 24, 8, 2, 18)]
    [InlineData(32, 24, 8, 2, 2)]
    [InlineData(3, 1, 1, 8, 3)]
    [InlineData(65, 64, 64, 8, 2)]
    [InlineData(5_000_000_000, 1_000_000, 1, 8, 5_000)]
    public void PiecesFollowEachOtherAndAreOfAboutOneSize(long total, long most, int granule, int multiple, int count)
    {
        var split = new EvenSplit(total, most, granule, multiple);
        Assert.Equal(count, split.Count);
        var end = 0L;
        for (var piece = 0; piece < count; piece++)
        {
            Assert.Equal(end, split.First(piece));
            Assert.Equal(0, end % granule);
            end = split.End(piece);
            var size = end - split.First(piece);
            Assert.InRange(size, 1, most);
            Assert.InRange(size, (total / count) - granule, (total / count) + granule);
        }

        Assert.Equal(total, end);
    }

    [Fact]
    public void NothingHasNoPieces() => Assert.Equal(0, new EvenSplit(0, 100).Count);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4_095, 1)]
    [InlineData(4_096, 2)]
    [InlineData(5_000, 2)]
    [InlineData(32_768, 2)]
    [InlineData(32_769, 4)]
    [InlineData(1_000_000, 64)]
    public void ElementsAreCutIntoChunksOfWholeVectors(int total, int count)
    {
        Assert.Equal(count, Chunk.Cover(total));
        var end = 0;
        for (var i = 0; i < count; i++)
        {
            var (start, length) = Chunk.Of(i, total);
            Assert.Equal(end, start);
            Assert.Equal(0, start % 64);
            Assert.InRange(length, 1, WorkSplit.ElementsPerChunk);
            end += length;
        }

        Assert.Equal(total, end);
    }
}
