using EvenKeel.Lab.Verification;

namespace EvenKeel.Tests.Verification;

public class GoldenVectorTests
{
    [Fact]
    public void MetaAndArraysAreRead()
    {
        var vector = Read(("meta.npy", NpyBytes.Text(NpyBytes.Meta)), ("in.x.npy", NpyBytes.Numbers("1, 2", 3, 4)));
        Assert.Equal(("c", "plain_ops", "relu", 1e-5), (vector.Meta.Case, vector.Meta.Family, vector.Meta.Op, vector.Meta.Tolerance));
        Assert.Equal([3, 4], vector.Arrays["in.x"].Values);
    }

    [Fact]
    public void AFileWithoutMetaIsRejected() => Rejects("has no entry meta.npy", ("in.x.npy", NpyBytes.Numbers("1,", 1)));

    [Theory]
    [InlineData("""{"case": "c", "family": "f", "op": "relu", "config": {}}""")]
    [InlineData("""{"case": "c", "family": "f", "op": "relu", "tolerance": 1e-5}""")]
    [InlineData("""{"case": "c", "family": "f", "op": "relu", "config": {}, "tolerance": 1e-5, "more": 1}""")]
    [InlineData("""{"case": "c", "family": "f", "op": "relu", "config": [], "tolerance": 1e-5}""")]
    [InlineData("""{"case": "c", "family": "f", "op": "relu", "config": {}, "tolerance": 0}""")]
    [InlineData("""{"case": """)]
    public void OtherMetaIsRejected(string json) => Rejects("meta.npy of v.npz", ("meta.npy", NpyBytes.Text(json)));

    [Fact]
    public void EntriesThatAreNoArraysAreRejected() => Rejects("is not a .npy array", ("readme.txt", [1]));

    [Fact]
    public void ARepeatedArrayIsRejected() =>
        Rejects("is there twice", ("x.npy", NpyBytes.Numbers("1,", 1)), ("x.npy", NpyBytes.Numbers("1,", 1)));

    [Fact]
    public void TruncatedArchivesAreRejectedWhereverTheyEnd()
    {
        var whole = NpyBytes.Archive(
            ("meta.npy", NpyBytes.Text(NpyBytes.Meta)), ("in.x.npy", NpyBytes.Numbers("1, 2", 3, 4))).ToArray();
        for (var length = 0; length < whole.Length; length += 7)
        {
            using var stream = new MemoryStream(whole[..length]);
            Assert.Throws<UserException>(() => GoldenVector.Read(stream, "v.npz"));
        }
    }

    [Fact]
    public void DamagedArchivesNeverEndInAnotherException()
    {
        var whole = NpyBytes.Archive(
            ("meta.npy", NpyBytes.Text(NpyBytes.Meta)), ("in.x.npy", NpyBytes.Numbers("1, 2", 3, 4))).ToArray();
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x5a;
            using var stream = new MemoryStream(damaged);
            if (Record.Exception(() => GoldenVector.Read(stream, "v.npz")) is { } problem) Assert.IsType<UserException>(problem);
        }
    }

    private static GoldenVector Read(params (string, byte[])[] entries)
    {
        using var stream = NpyBytes.Archive(entries);
        return GoldenVector.Read(stream, "v.npz");
    }

    private static void Rejects(string why, params (string, byte[])[] entries) =>
        Assert.Contains(why, Assert.Throws<UserException>(() => Read(entries)).Message, StringComparison.Ordinal);
}
