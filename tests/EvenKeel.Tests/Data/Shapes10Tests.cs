using EvenKeel.Data;

namespace EvenKeel.Tests.Data;

public sealed class Shapes10Tests
{
    // What old runs were trained on. Changing the painter means a new data set name, not new numbers here.
    [Theory]
    [InlineData(Split.Train, "a98ba10b03d55a6b96a9ab4842d733925d693dab36c94213b53838e5646cdedb")]
    [InlineData(Split.Test, "de843eea39fbb450e02613bec61c556ab5ca7e549c02dcac31450f1e8124cdd5")]
    public void TheBitsArePinned(Split split, string fingerprint) =>
        Assert.Equal(fingerprint, DataSource.Find("shapes10").Load("", split).Fingerprint);

    [Fact]
    public void ClassesAreEvenAndImagesDiffer()
    {
        var set = DataSource.Find("shapes10").Load("", Split.Train);
        Assert.Equal((5_000, 32, 32, 3), (set.Count, set.Height, set.Width, set.Channels));
        Assert.Equal(10, set.Classes.Count);
        Assert.All(set.Labels.CountBy(label => label), pair => Assert.Equal(500, pair.Value));
        Assert.Equal(5_000, Enumerable.Range(0, 5_000).Select(i => Convert.ToHexString(set.Image(i)[..96])).Distinct().Count());
    }

    // Each outline encloses an area near what its formula says, so no two classes share one.
    [Theory]
    [InlineData(0, 2.43)]
    [InlineData(1, 1.88)]
    [InlineData(2, 1.502)]
    [InlineData(3, 1.73)]
    [InlineData(4, 2.43)]
    [InlineData(5, 1.90)]
    [InlineData(6, 1.40)]
    [InlineData(7, 2.44)]
    [InlineData(8, 1.524)]
    [InlineData(9, 2.04)]
    public void OutlinesHaveTheirArea(int shape, double area)
    {
        const int Steps = 800;
        var inside = 0;
        for (var i = 0; i < Steps * Steps; i++)
        {
            var (x, y) = (3f * (i % Steps + 0.5f) / Steps - 1.5f, 3f * (i / Steps + 0.5f) / Steps - 1.5f);
            if (ShapeOutline.Distance(shape, x, y) < 0) inside++;
        }

        Assert.Equal(area, inside * 9.0 / (Steps * Steps), 0.02);
    }
}
