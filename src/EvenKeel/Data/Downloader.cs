using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace EvenKeel.Data;

/// <summary>How far a download is.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Done">Bytes that are here.</param>
/// <param name="Total">Bytes there will be.</param>
public readonly record struct DownloadProgress(string File, long Done, long Total);

/// <summary>
/// Fetches data sets from their publishers: continues what was interrupted, checks size and MD5, and puts a file in
/// place only when it is whole.
/// </summary>
public sealed class Downloader
{
    private const int Attempts = 4;

    private readonly HttpClient _client;
    private readonly TimeSpan _patience;

    /// <summary>Makes a downloader.</summary>
    /// <param name="client">The client to use; its own time limit should be infinite, since files are large.</param>
    /// <param name="patience">How long to wait for the next bytes; null means 30 seconds.</param>
    public Downloader(HttpClient client, TimeSpan? patience = null)
    {
        _client = client;
        _patience = patience ?? TimeSpan.FromSeconds(30);
    }

    /// <summary>Fetches whatever of a data set is not there yet.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="folder">The data folder.</param>
    /// <param name="progress">Told after each piece; null for none.</param>
    /// <param name="cancel">Stops; what is here by then is kept for the next try.</param>
    /// <exception cref="UserException">No network, a refusal, or a file that is not what the publisher says.</exception>
    public async Task GetAsync(
        DataSource source, string folder, IProgress<DownloadProgress>? progress = null, CancellationToken cancel = default)
    {
        if (source.IsPresent(folder)) return;
        foreach (var file in source.Downloads)
        {
            var path = Path.Combine(folder, file.Path);
            if (!File.Exists(path)) await FetchAsync(source.Name, file, path, progress, cancel).ConfigureAwait(false);
            else CheckContent(file, path, path, "delete it and run 'evenkeel data get " + source.Name + "' again");
            if (!file.Unpack) continue;
            Archive.Unpack(path, folder, cancel);
            File.Delete(path);
        }
    }

    private async Task FetchAsync(
        string name, DataDownload file, string path, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = path + ".part";
        for (var attempt = 1; ; attempt++)
        {
            var before = Length(part);
            try
            {
                if (before < file.Bytes || file.Bytes == 0)
                    await ContinueAsync(file, part, before, progress, cancel).ConfigureAwait(false);
                break;
            }
            catch (Exception failure) when (IsNetwork(failure) && !cancel.IsCancellationRequested)
            {
                // Another try is worth it as long as each brings something.
                var refused = failure is HttpRequestException { StatusCode: not null };
                if (attempt < Attempts && Length(part) > before && !refused) continue;
                var kept = Length(part) > 0 ? $" ({Length(part)} of {file.Bytes} bytes are kept and will be continued)" : "";
                throw new UserException(
                    $"{file.Url} cannot be fetched: {Reason(failure)}{kept}; run 'evenkeel data get {name}' again later, " +
                    $"or fetch that address by other means, put the file at {path} and run the same command.", failure);
            }
        }

        CheckContent(file, part, file.Url, $"what came was deleted; try again, or fetch it by other means and put it at {path}");
        File.Move(part, path, overwrite: true);
    }

    private async Task ContinueAsync(
        DataDownload file, string part, long have, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
        if (have > 0) request.Headers.Range = new RangeHeaderValue(have, null);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();

        // A server may ignore the range and send everything: then start over.
        var continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
        if (!continues) have = 0;
        var name = Path.GetFileName(file.Path);
        using var output = new FileStream(part, continues ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None);
        using var input = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
        var buffer = new byte[1 << 16];
        while (true)
        {
            progress?.Report(new DownloadProgress(name, have, file.Bytes));
            limit.CancelAfter(_patience);
            var count = await input.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
            if (count == 0) break;
            await output.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
            have += count;
            if (have > file.Bytes) break;
        }

        if (have < file.Bytes) throw new HttpIOException(HttpRequestError.ResponseEnded, "the connection ended early");
    }

    private static void CheckContent(DataDownload file, string path, string origin, string remedy)
    {
        var length = Length(path);
        var problem = length == file.Bytes ? null : $"expected {file.Bytes} bytes, got {length}";
        if (problem is null)
        {
            using var stream = File.OpenRead(path);
            var md5 = Convert.ToHexStringLower(MD5.HashData(stream));
            if (md5 != file.Md5) problem = $"expected MD5 {file.Md5}, got {md5}";
        }

        if (problem is null) return;
        if (path.EndsWith(".part", StringComparison.Ordinal)) File.Delete(path);
        throw new UserException($"{origin} is not the published file: {problem}; {remedy}.");
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    // A full disk is an IOException too, but not the network's.
    private static bool IsNetwork(Exception failure) =>
        failure is HttpRequestException or HttpIOException or OperationCanceledException ||
        failure is IOException { InnerException: System.Net.Sockets.SocketException };

    private static string Reason(Exception failure) => failure switch
    {
        HttpRequestException { StatusCode: { } status } => $"the server answers {(int)status} {status}",
        OperationCanceledException => "no bytes came for too long",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "there is no network, or the name is unknown",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "there is no connection to the server",
        _ => "the connection was interrupted",
    };
}
