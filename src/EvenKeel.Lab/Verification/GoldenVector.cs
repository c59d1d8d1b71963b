using System.IO.Compression;
using System.Text.Json;

namespace EvenKeel.Lab.Verification;

/// <summary>What a golden vector says about itself, in its <c>meta</c> entry.</summary>
/// <param name="Case">Name of the case.</param>
/// <param name="Family">Kind of operation, such as <c>plain_ops</c>.</param>
/// <param name="Op">The operation.</param>
/// <param name="Config">Its options.</param>
/// <param name="Tolerance">Largest error of an array that passes.</param>
internal sealed record GoldenMeta(
    string Case,
    string Family,
    string Op,
    JsonElement Config,
    double Tolerance);

/// <summary>One golden vector: an operation with inputs and the exact results. The format is described in the README
/// of the golden set.</summary>
/// <param name="Meta">What it is.</param>
/// <param name="Arrays">Inputs and expected results by name.</param>
internal sealed record GoldenVector(GoldenMeta Meta, IReadOnlyDictionary<string, NpyArray> Arrays)
{
    private const string Extension = ".npy";
    private const string MetaName = "meta";
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>Reads an <c>.npz</c> file.</summary>
    /// <param name="stream">A seekable stream.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="UserException">Not a golden vector, truncated or damaged.</exception>
    public static GoldenVector Read(Stream stream, string name)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            GoldenMeta? meta = null;
            var arrays = new Dictionary<string, NpyArray>(StringComparer.Ordinal);
            foreach (var entry in archive.Entries)
            {
                var array = $"{entry.FullName} of {name}";
                if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
                    throw new UserException($"{array} is not a .npy array: a golden vector holds nothing else.");
                var key = entry.FullName[..^Extension.Length];
                var bytes = Bytes(entry, array);
                var twice = key == MetaName ? meta is not null : arrays.ContainsKey(key);
                if (twice) throw new UserException($"{array} is there twice: write the file anew.");
                if (key == MetaName) meta = ReadMeta(NpyArray.ReadText(bytes, array), name);
                else arrays.Add(key, NpyArray.ReadNumbers(bytes, array));
            }

            return new GoldenVector(
                meta ?? throw new UserException($"{name} has no entry meta.npy, so it is not a golden vector."), arrays);
        }
        catch (Exception cause) when (cause is InvalidDataException or EndOfStreamException)
        {
            throw new UserException($"{name} is not a whole .npz file ({cause.Message.TrimEnd('.')}): copy it again.", cause);
        }
    }

    private static byte[] Bytes(ZipArchiveEntry entry, string array)
    {
        using var content = entry.Open();
        using var buffer = new MemoryStream();
        content.CopyTo(buffer);
        if (buffer.Length != entry.Length) throw new UserException($"{array} is truncated: expected {entry.Length} bytes, found {buffer.Length}.");
        return buffer.ToArray();
    }

    private static GoldenMeta ReadMeta(string json, string name)
    {
        try
        {
            var meta = JsonSerializer.Deserialize<GoldenMeta>(json, Options);
            if (meta is { Config.ValueKind: JsonValueKind.Object, Tolerance: > 0 }) return meta;
            throw new UserException($"meta.npy of {name} needs an object 'config' and a 'tolerance' above 0.");
        }
        catch (JsonException cause)
        {
            throw new UserException($"meta.npy of {name} is not understood: expected JSON with case, family, op, config and tolerance ({cause.Message}).", cause);
        }
    }
}
