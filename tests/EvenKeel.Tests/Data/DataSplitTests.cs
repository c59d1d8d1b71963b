using EvenKeel.Data;

namespace EvenKeel.Tests.Data;

public sealed class DataSplitTests
{
    [Fact]
    public void ValidationComesFromTheEnd()
    {
        var split = DataSplit.Create(Sets.Numbered(20), Sets.Numbered(8), trainImages: 10, validationImages: 4, testImages: 3);
        Assert.Equal(Numbers(0, 10), Seen(split.Train));
        Assert.Equal(Numbers(16, 4), Seen(split.Validation!));
        Assert.Equal(Numbers(0, 3), Seen(split.Test!));
    }

    [Fact]
    public void DefaultsTakeEverything()
    {
        var split = DataSplit.Create(Sets.Numbered(20), Sets.Numbered(8));
        Assert.Equal((20, 8), (split.Train.Count, split.Test!.Count));
        Assert.Null(split.Validation);
        Assert.Null(DataSplit.Create(Sets.Numbered(20), Sets.Numbered(8), testImages: 0).Test);
        Assert.Null(DataSplit.Create(Sets.Numbered(20), test: null).Test);
    }

    [Fact]
    public void ASeedShufflesBeforeCutting()
    {
        var first = DataSplit.Create(Sets.Numbered(20), test: null, validationImages: 6, seed: 4);
        var again = DataSplit.Create(Sets.Numbered(20), test: null, validationImages: 6, seed: 4);
        Assert.Equal(Seen(first.Validation!), Seen(again.Validation!));
        Assert.NotEqual(Numbers(14, 6), Seen(first.Validation!));
        Assert.Equal(Numbers(0, 20), Seen(first.Train).Concat(Seen(first.Validation!)).Order());
    }

    [Theory]
    [InlineData(15, 6, null)]
    [InlineData(0, 0, null)]
    [InlineData(null, 20, null)]
    [InlineData(null, -1, null)]
    [InlineData(null, 0, 9)]
    public void AskingForTooMuchIsRefused(int? train, int validation, int? test) => Assert.Contains(
        "were asked for. Ask for fewer.",
        Assert.Throws<UserException>(() => DataSplit.Create(Sets.Numbered(20), Sets.Numbered(8), train, validation, test)).Message);

    [Fact]
    public void TheFolderIsOptionThenVariableThenCache()
    {
        var none = DataFolder.Resolve(null, _ => null);
        Assert.EndsWith("evenkeel", none);
        Assert.Equal(Path.GetFullPath("here"), DataFolder.Resolve("here", _ => "there"));
        Assert.Equal(Path.GetFullPath("there"), DataFolder.Resolve(null, name => name == DataFolder.Variable ? "there" : null));
        var cache = Path.GetFullPath("cache");
        Assert.Equal(Path.Combine(cache, "evenkeel"), DataFolder.Resolve(" ", name => name == "XDG_CACHE_HOME" ? cache : null));
        Assert.Equal(none, DataFolder.Resolve(null, name => name == "XDG_CACHE_HOME" ? "relative" : null));
    }

    private static IEnumerable<int> Numbers(int first, int count) => Enumerable.Range(first, count);

    private static IEnumerable<int> Seen(ImageSet set) => Enumerable.Range(0, set.Count).Select(i => (int)set.Image(i)[0]);
}
