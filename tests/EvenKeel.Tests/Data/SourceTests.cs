using System.Buffers.Binary;
using System.IO.Compression;
using EvenKeel.Data;

namespace EvenKeel.Tests.Data;

public sealed class SourceTests
{
    private const int CifarBytes = 30_730_000;

    [Fact]
    public void UnknownNameListsTheNamesAndGuesses()
    {
        var error = Assert.Throws<UserException>(() => DataSource.Find("cifra10"));
        Assert.Equal(
            "There is no data set 'cifra10': expected one of shapes10, cifar10, fashion-mnist, mnist. Did you mean 'cifar10'?",
            error.Message);
        Assert.Equal("cifar10", DataSource.Find("CIFAR10").Name);
        Assert.DoesNotContain("mean", Assert.Throws<UserException>(() => DataSource.Find("imagenet")).Message);
    }

    [Fact]
    public void MissingFilesAreNamedWithTheFolderAndTheWayOut()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cifar-10-batches-bin/data_batch_1.bin", []);
        var error = Assert.Throws<UserException>(() => DataSource.Find("cifar10").Load(folder.Path, Split.Train));
        Assert.Contains("is not in " + folder.Path, error.Message);
        Assert.Contains("data_batch_2.bin", error.Message);
        Assert.DoesNotContain("data_batch_1.bin", error.Message);
        Assert.Contains("evenkeel data get cifar10", error.Message);
        Assert.False(DataSource.Find("cifar10").IsPresent(folder.Path));
        Assert.True(DataSource.Find("shapes10").IsPresent(folder.Path));
    }

    [Fact]
    public void CifarPlanesBecomePixels()
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[CifarBytes];
        bytes[3073] = 7;
        bytes[3073 + 1 + 5] = 11;
        bytes[3073 + 1 + 1024 + 5] = 22;
        bytes[3073 + 1 + 2048 + 5] = 33;
        folder.Write("cifar-10-batches-bin/test_batch.bin", bytes);
        var set = DataSource.Find("cifar10").Load(folder.Path, Split.Test);
        Assert.Equal((10_000, 32, 32, 3), (set.Count, set.Height, set.Width, set.Channels));
        Assert.Equal(7, set.Labels[1]);
        Assert.Equal([11, 22, 33], set.Image(1).Slice(15, 3).ToArray());
        Assert.Equal(66, set.Pixels.Sum(value => value));
    }

    [Fact]
    public void TruncatedCifarFileSaysExpectedAndGot()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("cifar-10-batches-bin/test_batch.bin", new byte[1000]);
        var error = Assert.Throws<UserException>(() => DataSource.Find("cifar10").Load(folder.Path, Split.Test));
        Assert.Contains($"{path} is truncated: expected 30730000 bytes, got 1000", error.Message);
    }

    [Fact]
    public void CifarLabelOutsideIsRefused()
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[CifarBytes];
        bytes[3073 * 4] = 10;
        folder.Write("cifar-10-batches-bin/test_batch.bin", bytes);
        var error = Assert.Throws<UserException>(() => DataSource.Find("cifar10").Load(folder.Path, Split.Test));
        Assert.Contains("image 4 has label 10, but the classes are 0 to 9", error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IdxIsReadGzipOrPlain(bool gzip)
    {
        using var folder = new TemporaryFolder();
        WriteMnist(folder, Idx([2, 28, 28], fill: 9), Idx([2], fill: 4), gzip);
        var set = DataSource.Find("mnist").Load(folder.Path, Split.Test);
        Assert.Equal((2, 28, 28, 1), (set.Count, set.Height, set.Width, set.Channels));
        Assert.Equal([4, 4], set.Labels);
        Assert.All(set.Pixels, value => Assert.Equal(9, value));
    }

    [Fact]
    public void IdxErrorsSayWhatIsWrong()
    {
        var good = Idx([2, 28, 28], fill: 1);
        var labels = Idx([2], fill: 1);
        Assert.Contains("is truncated: expected 1584 bytes (decompressed), got 1500", Load(good[..1500], labels, gzip: true));
        Assert.Contains("is truncated: expected 16 bytes (decompressed), got 3", Load(good[..3], labels, gzip: false));
        Assert.Contains("magic number should be 0x00000803 (3 dimensions of bytes), but it is 0x00000801", Load(labels.Concat(good).ToArray(), labels, gzip: true));
        Assert.Contains("has 2 images but", Load(good, Idx([3], fill: 1), gzip: true));
        Assert.Contains("has 3 labels", Load(good, Idx([3], fill: 1), gzip: true));
        Assert.Contains("images of 14x14", Load(Idx([2, 14, 14], fill: 0), labels, gzip: true));
        Assert.Contains("image 0 has label 10", Load(good, Idx([2], fill: 10), gzip: true));
        Assert.Contains("too long: expected 1584", Load([.. good, 0], labels, gzip: false));
    }

    [Fact]
    public void DamagedAndShortGzipFilesAreOneSentence()
    {
        using var folder = new TemporaryFolder();
        WriteMnist(folder, Idx([2, 28, 28], fill: 1), Idx([2], fill: 1), gzip: true);
        var path = folder.File("mnist/t10k-images-idx3-ubyte.gz");
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Assert.Contains("truncated", Assert.Throws<UserException>(() => DataSource.Find("mnist").Load(folder.Path, Split.Test)).Message);

        // The last eight bytes are the checksum and the length.
        var broken = (byte[])whole.Clone();
        broken[^6] ^= 1;
        broken[^5] ^= 1;
        File.WriteAllBytes(path, broken);
        Assert.Contains("damaged", Assert.Throws<UserException>(() => DataSource.Find("mnist").Load(folder.Path, Split.Test)).Message);
    }

    [Theory]
    [InlineData("shapes10")]
    [InlineData("cifar10")]
    [InlineData("fashion-mnist")]
    [InlineData("mnist")]
    public void PublishedContentIsRecognized(string name)
    {
        var source = DataSource.Find(name);
        var folder = source.Downloads.Count == 0 ? "" : RealData.Folder(name);
        foreach (var split in Enum.GetValues<Split>())
        {
            var check = DataCheck.Of(source, folder, split);
            Assert.True(check.Good, check.Verdict);
            Assert.StartsWith("The published images", check.Verdict, StringComparison.Ordinal);
            Assert.Equal(source.Count(split), check.Images);
        }
    }

    private static string Load(byte[] images, byte[] labels, bool gzip)
    {
        using var folder = new TemporaryFolder();
        WriteMnist(folder, images, labels, gzip);
        return Assert.Throws<UserException>(() => DataSource.Find("mnist").Load(folder.Path, Split.Test)).Message;
    }

    private static void WriteMnist(TemporaryFolder folder, byte[] images, byte[] labels, bool gzip)
    {
        Write("mnist/t10k-images-idx3-ubyte", images);
        Write("mnist/t10k-labels-idx1-ubyte", labels);

        void Write(string name, byte[] content) => folder.Write(gzip ? name + ".gz" : name, gzip ? Gzip(content) : content);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest)) gzip.Write(content);
        return stream.ToArray();
    }

    private static byte[] Idx(int[] dimensions, byte fill)
    {
        var header = 4 + 4 * dimensions.Length;
        var bytes = new byte[header + dimensions.Aggregate(1, (a, b) => a * b)];
        bytes[2] = 8;
        bytes[3] = (byte)dimensions.Length;
        for (var i = 0; i < dimensions.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), dimensions[i]);
        bytes.AsSpan(header).Fill(fill);
        return bytes;
    }
}
