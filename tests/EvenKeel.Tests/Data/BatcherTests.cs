using EvenKeel.Data;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Tests.Data;

public sealed class BatcherTests
{
    [Fact]
    public void AnEpochShowsEveryImageOnceInTheOrderOfTheStream()
    {
        var batcher = new Batcher(Prepare(Sets.Numbered(23)), 5, seed: 3, dropLast: false);
        Assert.Equal(5, batcher.StepsPerEpoch);
        Assert.Equal(3, batcher.Count(4));
        for (var epoch = 0; epoch < 2; epoch++)
            Assert.Equal(new RandomStream(3, RandomUse.Shuffle, (uint)epoch).Permutation(23), Order(batcher, epoch));
        Assert.NotEqual(Order(batcher, 0), Order(batcher, 1));
    }

    [Fact]
    public void DroppingTheLastLeavesWholeBatches()
    {
        Assert.Equal(4, new Batcher(Prepare(Sets.Numbered(23)), 5, seed: 3).StepsPerEpoch);
        Assert.Equal(5, new Batcher(Prepare(Sets.Numbered(25)), 5, seed: 3).StepsPerEpoch);
        Assert.Equal(1, new Batcher(Prepare(Sets.Numbered(3)), 5, seed: 3, dropLast: false).StepsPerEpoch);
    }

    [Fact]
    public void WithoutShufflingTheOrderStays()
    {
        var batcher = new Batcher(Prepare(Sets.Numbered(11)), 4, seed: 3, dropLast: false, shuffle: false);
        Assert.Equal(Enumerable.Range(0, 11), Order(batcher, 5));
    }

    [Fact]
    public void ABatchDependsOnSeedEpochAndStepAlone()
    {
        var set = Prepare(Sets.Random(40));
        var first = new Batcher(set, 8, seed: 5, Augmentation.Flip | Augmentation.Crop);
        var second = new Batcher(set, 8, seed: 5, Augmentation.Flip | Augmentation.Crop);
        for (var step = 0; step < first.StepsPerEpoch; step++) Read(first, 2, step);
        Assert.Equal(Read(first, 7, 3), Read(second, 7, 3));
        Assert.NotEqual(Read(first, 7, 3), Read(second, 8, 3));
        Assert.NotEqual(Read(first, 7, 3), Read(new Batcher(set, 8, seed: 6, Augmentation.Flip | Augmentation.Crop), 7, 3));
    }

    [Fact]
    public void FlipsAndCropsAreThoseOfTheNaiveTwin()
    {
        var set = Sets.Random(30, height: 7, width: 6);
        var prepared = Prepare(set);
        foreach (var augmentation in new[] { Augmentation.Flip, Augmentation.Crop, Augmentation.Flip | Augmentation.Crop })
        {
            var batcher = new Batcher(prepared, 10, seed: 9, augmentation);
            var (flips, moves) = (0, 0);
            for (var step = 0; step < 3; step++)
            {
                var images = Read(batcher, 1, step);
                for (var i = 0; i < 10; i++)
                {
                    var place = (ulong)(step * 10 + i);
                    var index = new RandomStream(9, RandomUse.Shuffle, 1).Permutation(30)[(int)place];
                    var crop = new RandomStream(9, RandomUse.Crop, 1);
                    var flip = augmentation.HasFlag(Augmentation.Flip) && new RandomStream(9, RandomUse.Flip, 1).Below(place, 2) == 1;
                    var (down, right) = augmentation.HasFlag(Augmentation.Crop)
                        ? (crop.Below(2 * place, 9) - 4, crop.Below(2 * place + 1, 9) - 4)
                        : (0, 0);
                    flips += flip ? 1 : 0;
                    moves += down != 0 || right != 0 ? 1 : 0;
                    Assert.Equal(Naive(set, index, down, right, flip), images.AsSpan(i * set.Size, set.Size).ToArray());
                }
            }

            Assert.Equal(augmentation.HasFlag(Augmentation.Flip), flips is > 5 and < 25);
            Assert.Equal(augmentation.HasFlag(Augmentation.Crop), moves > 20);
        }
    }

    [Fact]
    public void ImpossibleBatchesAreRefused()
    {
        var set = Prepare(Sets.Numbered(10));
        var error = Assert.Throws<UserException>(() => new Batcher(set, 11, seed: 1));
        Assert.Contains("A batch of 11 is larger than the data: numbered has 10 images", error.Message);
        Assert.Throws<UserException>(() => new Batcher(set, 0, seed: 1));
        Assert.Throws<UserException>(() => new Batcher(Prepare(Sets.Numbered(10).Take(0, 0)), 1, seed: 1, dropLast: false));
    }

    [Fact]
    public void FillingAllocatesNothing()
    {
        var batcher = new Batcher(Prepare(Sets.Random(64)), 16, seed: 1, Augmentation.Flip | Augmentation.Crop);
        var images = new float[16 * 90];
        var labels = new int[16];
        for (var epoch = 0; epoch < 3; epoch++) batcher.Fill(epoch, 0, images, labels);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var epoch = 3; epoch < 40; epoch++)
        {
            for (var step = 0; step < batcher.StepsPerEpoch; step++) batcher.Fill(epoch, step, images, labels);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("none", Augmentation.None)]
    [InlineData("crop+flip", Augmentation.Flip | Augmentation.Crop)]
    [InlineData("Flip", Augmentation.Flip)]
    public void AugmentationsHaveNames(string name, Augmentation expected) => Assert.Equal(expected, Augmentations.Find(name));

    [Fact]
    public void UnknownAugmentationGuesses() => Assert.Contains(
        "expected one of none, flip, crop, flip+crop. Did you mean 'flip'?",
        Assert.Throws<UserException>(() => Augmentations.Find("flips")).Message);

    private static PreparedSet Prepare(ImageSet set) =>
        Preprocessing.Find("unit").Fit(set.Count == 0 ? Sets.Numbered(1) : set).Prepare(set);

    private static float[] Read(Batcher batcher, int epoch, int step)
    {
        var images = new float[batcher.Batch * 7 * 6 * 3];
        batcher.Fill(epoch, step, images, new int[batcher.Batch]);
        return images;
    }

    private static int[] Order(Batcher batcher, int epoch)
    {
        var order = new List<int>();
        var images = new float[batcher.Batch * 16];
        var labels = new int[batcher.Batch];
        for (var step = 0; step < batcher.StepsPerEpoch; step++)
        {
            var count = batcher.Fill(epoch, step, images, labels);
            Assert.Equal(batcher.Count(step), count);
            for (var i = 0; i < count; i++)
            {
                order.Add((int)MathF.Round(images[i * 16] * 255f));
                Assert.Equal(order[^1] % 3, labels[i]);
            }
        }

        return [.. order];
    }

    private static float[] Naive(ImageSet set, int index, int down, int right, bool flip)
    {
        var result = new float[set.Size];
        for (var y = 0; y < set.Height; y++)
        {
            for (var x = 0; x < set.Width; x++)
            {
                for (var c = 0; c < set.Channels; c++)
                {
                    var (row, column) = (y + down, (flip ? set.Width - 1 - x : x) + right);
                    if (row < 0 || row >= set.Height || column < 0 || column >= set.Width) continue;
                    result[(y * set.Width + x) * set.Channels + c] =
                        (float)(set.Image(index)[(row * set.Width + column) * set.Channels + c] / 255.0);
                }
            }
        }

        return result;
    }
}
