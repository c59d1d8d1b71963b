using EvenKeel.Data;

namespace EvenKeel.Tests.Data;

public sealed class PreprocessingTests
{
    [Fact]
    public void UnitAndCentreAreTheirFormulas()
    {
        var set = Sets.Random(12);
        var (unit, centre) = (Values("unit", set), Values("centre", set));
        for (var i = 0; i < set.Pixels.Length; i++)
        {
            Assert.Equal((float)(set.Pixels[i] / 255.0), unit[i]);
            Assert.Equal((set.Pixels[i] - 127.5f) / 128f, centre[i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void StandardizeGivesZeroMeanAndUnitDeviation(int channels)
    {
        var set = Sets.Random(50, channels: channels);
        var fit = Preprocessing.Find("standardize").Fit(set);
        var values = Values(fit, set);
        for (var c = 0; c < channels; c++)
        {
            var raw = set.Pixels.Where((_, i) => i % channels == c).Select(value => value / 255.0).ToArray();
            var mean = raw.Average();
            var deviation = Math.Sqrt(raw.Average(value => (value - mean) * (value - mean)));
            Assert.Equal(mean, fit.Facts["mean"][c], 12);
            Assert.Equal(deviation, fit.Facts["deviation"][c], 12);
            var mine = values.Where((_, i) => i % channels == c).ToArray();
            Assert.Equal(0, mine.Average(value => (double)value), 1e-6);
            Assert.Equal(1, mine.Average(value => (double)value * value), 1e-5);
        }
    }

    [Fact]
    public void StandardizeUsesTheTrainingImagesOnly()
    {
        var train = Sets.Random(20, seed: 1);
        var test = Sets.Random(20, seed: 2);
        var fit = Preprocessing.Find("standardize").Fit(train);
        var expected = (float)((test.Pixels[4] / 255.0 - fit.Facts["mean"][1]) / fit.Facts["deviation"][1]);
        Assert.Equal(expected, Values(fit, test)[4]);
    }

    [Fact]
    public void AConstantChannelBecomesZero()
    {
        var set = new ImageSet("flat", 2, 2, 1, [.. Enumerable.Repeat((byte)77, 8)], [0, 1], Sets.Classes);
        Assert.All(Values("standardize", set), value => Assert.Equal(0f, value));
    }

    [Fact]
    public void MistakesAreOneSentence()
    {
        Assert.Contains(
            "expected one of unit, standardize, centre, zca. Did you mean 'centre'?",
            Assert.Throws<UserException>(() => Preprocessing.Find("center")).Message);
        var fit = Preprocessing.Find("unit").Fit(Sets.Random(3));
        Assert.Contains("fitted to 6x5x3 images", Assert.Throws<UserException>(() => fit.Prepare(Sets.Numbered(3))).Message);
        Assert.Throws<UserException>(() => Preprocessing.Find("zca").Fit(Sets.Random(3).Take(0, 0)));
    }

    [Fact]
    public void CifarHasTheMomentsThatEveryoneQuotes()
    {
        var train = DataSource.Find("cifar10").Load(RealData.Folder("cifar10"), Split.Train);
        var fit = Preprocessing.Find("standardize").Fit(train);
        Assert.Equal([0.4914, 0.4822, 0.4465], fit.Facts["mean"].Select(value => Math.Round(value, 4)));
        Assert.Equal([0.2470, 0.2435, 0.2616], fit.Facts["deviation"].Select(value => Math.Round(value, 4)));
    }

    internal static float[] Values(string name, ImageSet set) => Values(Preprocessing.Find(name).Fit(set), set);

    internal static float[] Values(FittedPreprocessing fit, ImageSet set)
    {
        var prepared = fit.Prepare(set);
        var values = new float[set.Count * set.Size];
        for (var i = 0; i < set.Count; i++) prepared.Image(i, values.AsSpan(i * set.Size, set.Size));
        return values;
    }
}
