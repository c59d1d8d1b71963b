using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using EvenKeel.Data;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Tests.Data;

public sealed class DownloaderTests
{
    private static readonly byte[] Content =
        [.. Enumerable.Range(0, 300_000).Select(i => (byte)new RandomStream(1, 1).Bits((ulong)i))];

    [Fact]
    public async Task AFileArrivesWhole()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(LoopbackServer.Send(Content));
        var progress = new Seen();
        await Get(server, folder, progress);
        Assert.Equal(Content, File.ReadAllBytes(folder.File("set/file.bin")));
        Assert.False(File.Exists(folder.File("set/file.bin.part")));
        Assert.Equal(0, progress.Reports[0].Done);
        Assert.Equal(new DownloadProgress("file.bin", 300_000, 300_000), progress.Reports[^1]);
    }

    [Fact]
    public async Task AnInterruptedDownloadContinuesWhereItStopped()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(
            LoopbackServer.Send(Content, 100_000), LoopbackServer.Send(Content, 50_000), LoopbackServer.Send(Content));
        await Get(server, folder);
        Assert.Equal(Content, File.ReadAllBytes(folder.File("set/file.bin")));
        Assert.Equal(["", "bytes=100000-", "bytes=150000-"], server.Ranges);
    }

    [Fact]
    public async Task AnotherCallContinuesToo()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/file.bin.part", Content[..123_456]);
        using var server = new LoopbackServer(LoopbackServer.Send(Content));
        await Get(server, folder);
        Assert.Equal(Content, File.ReadAllBytes(folder.File("set/file.bin")));
        Assert.Equal(["bytes=123456-"], server.Ranges);
    }

    [Fact]
    public async Task AServerThatIgnoresTheRangeIsReadFromTheStart()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/file.bin.part", Content[..1000]);
        using var server = new LoopbackServer(LoopbackServer.Ignore(Content));
        await Get(server, folder);
        Assert.Equal(Content, File.ReadAllBytes(folder.File("set/file.bin")));
    }

    [Fact]
    public async Task AWrongChecksumIsRefusedAndDeleted()
    {
        using var folder = new TemporaryFolder();
        var other = (byte[])Content.Clone();
        other[7] ^= 1;
        using var server = new LoopbackServer(LoopbackServer.Send(other));
        var error = await Assert.ThrowsAsync<UserException>(() => Get(server, folder));
        Assert.Contains($"is not the published file: expected MD5 {Md5(Content)}, got {Md5(other)}", error.Message);
        Assert.Empty(Directory.GetFiles(folder.File("set")));
    }

    [Fact]
    public async Task AFileThatIsTooLongIsRefused()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(LoopbackServer.Send([.. Content, 1]));
        var error = await Assert.ThrowsAsync<UserException>(() => Get(server, folder));
        Assert.Contains("expected 300000 bytes, got", error.Message);
    }

    [Fact]
    public async Task ARefusalSaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(LoopbackServer.Refuse("404 Not Found"));
        var error = await Assert.ThrowsAsync<UserException>(() => Get(server, folder));
        Assert.Contains("cannot be fetched: the server answers 404 NotFound", error.Message);
        Assert.Contains($"put the file at {folder.File("set/file.bin")}", error.Message);
        Assert.Single(server.Ranges);
    }

    [Fact]
    public async Task NoConnectionKeepsWhatIsHereAndSaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        var part = folder.Write("set/file.bin.part", Content[..1000]);
        string url;
        using (var gone = new LoopbackServer()) url = gone.Url;
        using var client = new HttpClient();
        var error = await Assert.ThrowsAsync<UserException>(() => new Downloader(client).GetAsync(new Source(url, Content), folder.Path));
        Assert.Contains("there is no connection to the server (1000 of 300000 bytes are kept and will be continued)", error.Message);
        Assert.Contains("evenkeel data get fake", error.Message);
        Assert.True(File.Exists(part));
    }

    [Fact]
    public async Task ASilentServerIsGivenUp()
    {
        using var folder = new TemporaryFolder();
        using var release = new ManualResetEventSlim();
        using var server = new LoopbackServer(_ =>
        {
            release.Wait(TimeSpan.FromSeconds(20));
            return [];
        });
        using var client = new HttpClient();
        var downloader = new Downloader(client, TimeSpan.FromMilliseconds(200));
        var error = await Assert.ThrowsAsync<UserException>(() => downloader.GetAsync(new Source(server.Url, Content), folder.Path));
        release.Set();
        Assert.Contains("no bytes came for too long", error.Message);
    }

    [Fact]
    public async Task CancellingIsNotAnError()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(LoopbackServer.Send(Content));
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        using var client = new HttpClient();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new Downloader(client).GetAsync(new Source(server.Url, Content), folder.Path, null, cancel.Token));
    }

    [Fact]
    public async Task AnArchiveIsUnpackedAndRemoved()
    {
        using var folder = new TemporaryFolder();
        var archive = Tar(("set/file.bin", Content));
        using var server = new LoopbackServer(LoopbackServer.Send(archive));
        using var client = new HttpClient();
        await new Downloader(client).GetAsync(new Source(server.Url, archive, unpack: true), folder.Path);
        Assert.Equal(Content, File.ReadAllBytes(folder.File("set/file.bin")));
        Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task AFilePutThereByHandIsUsed()
    {
        using var folder = new TemporaryFolder();
        var archive = Tar(("set/file.bin", Content));
        folder.Write("archive.tar.gz", archive);
        using var client = new HttpClient();
        await new Downloader(client).GetAsync(new Source("http://127.0.0.1:1/none", archive, unpack: true), folder.Path);
        Assert.Equal(Content, File.ReadAllBytes(folder.File("set/file.bin")));
    }

    [Fact]
    public void AnArchiveCannotLeaveItsFolder()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("in/a.tar.gz", Tar(("../outside.bin", Content)));
        var error = Assert.Throws<UserException>(() => Archive.Unpack(path, folder.File("in"), CancellationToken.None));
        Assert.Contains("would land outside", error.Message);
        Assert.False(File.Exists(folder.File("outside.bin")));
    }

    [Fact]
    public void ADamagedArchiveIsOneSentence()
    {
        using var folder = new TemporaryFolder();
        var whole = Tar(("set/file.bin", Content));
        var path = folder.Write("a.tar.gz", whole[..(whole.Length / 2)]);
        var error = Assert.Throws<UserException>(() => Archive.Unpack(path, folder.Path, CancellationToken.None));
        Assert.Contains("is damaged and cannot be unpacked", error.Message);
        Assert.False(File.Exists(folder.File("set/file.bin")));
    }

    private static async Task Get(LoopbackServer server, TemporaryFolder folder, IProgress<DownloadProgress>? progress = null)
    {
        using var client = new HttpClient();
        await new Downloader(client).GetAsync(new Source(server.Url, Content), folder.Path, progress);
    }

    private static string Md5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));

    private static byte[] Tar(params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var (name, content) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        return stream.ToArray();
    }

    private sealed class Seen : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> Reports { get; } = [];

        public void Report(DownloadProgress value) => Reports.Add(value);
    }

    private sealed class Source(string url, byte[] content, bool unpack = false) : DataSource
    {
        public override string Name => "fake";

        public override string Description => "";

        public override string Publisher => "";

        public override string License => "";

        public override int Height => 1;

        public override int Width => 1;

        public override int Channels => 1;

        public override IReadOnlyList<string> Classes => Sets.Classes;

        public override IReadOnlyList<DataDownload> Downloads =>
            [new(url, unpack ? "archive.tar.gz" : "set/file.bin", content.Length, Md5(content), unpack)];

        public override int Count(Split split) => 0;

        public override IReadOnlyList<string> Files(Split split) => ["set/file.bin"];

        private protected override ImageSet Read(string folder, Split split) => throw new NotSupportedException();
    }
}
