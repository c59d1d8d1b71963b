using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EvenKeel.Tensors;

/// <summary>
/// Named tensors and a few facts in one stream: the form of checkpoints and saved networks (<c>.ekpt</c>).
/// </summary>
/// <remarks>Eight bytes <c>EVENKEEL</c>; version and header length, u32 each; a UTF-8 JSON header with the facts and
/// each tensor's name and sizes; the tensors' float32 numbers in the same order; the SHA-256 of everything before it.
/// All little-endian.</remarks>
public static class TensorFile
{
    private const uint Version = 1;
    private static readonly byte[] Magic = "EVENKEEL"u8.ToArray();

    /// <summary>Writes tensors and facts.</summary>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, string> facts, IEnumerable<(string Name, Tensor Value)> tensors) =>
        Write(stream, facts, [.. tensors.Select(t => (t.Name, t.Value.Shape, (Func<float[]>)t.Value.ToArray))]);

    /// <summary>Writes numbers that lie in no tensor; each is asked for when its turn comes, so that only one is in
    /// memory, and must be its own copy.</summary>
    internal static void Write(
        Stream stream, IReadOnlyDictionary<string, string> facts, IReadOnlyList<(string Name, Shape Shape, Func<float[]> Values)> list)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new Header(
            facts.ToDictionary(f => f.Key, f => f.Value),
            [.. list.Select(t => new Entry(t.Name, t.Shape.ToArray()))]));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> sizes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(sizes, Version);
        BinaryPrimitives.WriteUInt32LittleEndian(sizes[4..], (uint)header.Length);
        Put(stream, hash, Magic);
        Put(stream, hash, sizes);
        Put(stream, hash, header);
        foreach (var (_, _, values) in list)
        {
            var numbers = values();
            if (!BitConverter.IsLittleEndian) Swap(numbers);
            Put(stream, hash, MemoryMarshal.AsBytes(numbers.AsSpan()));
        }

        stream.Write(hash.GetHashAndReset());
    }

    /// <summary>Reads everything back.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <exception cref="UserException">Not such a file, a newer version, truncated or changed.</exception>
    public static TensorFileContents Read(Stream stream, string name)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var start = Take(stream, hash, Magic.Length + 8, name);
        if (!start.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new UserException($"{name} is not an EvenKeel tensor file: it does not begin with EVENKEEL.");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(Magic.Length));
        if (version != Version)
            throw new UserException($"{name} has format {version}, this EvenKeel reads {Version}: use the version that wrote it.");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(Magic.Length + 4));
        if (length > 1 << 26) throw Damaged(name);
        Header header;
        try
        {
            header = JsonSerializer.Deserialize<Header>(Encoding.UTF8.GetString(Take(stream, hash, (int)length, name)))
                ?? throw Damaged(name);
        }
        catch (JsonException)
        {
            throw Damaged(name);
        }

        var tensors = new Dictionary<string, (Shape Shape, float[] Values)>();
        foreach (var entry in header.Tensors)
        {
            var shape = Shape.From(entry.Sizes);
            var bytes = Take(stream, hash, shape.Length * sizeof(float), name);
            var numbers = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
            if (!BitConverter.IsLittleEndian) Swap(numbers);
            tensors[entry.Name] = (shape, numbers);
        }

        var expected = hash.GetHashAndReset();
        if (!Take(stream, hash, expected.Length, name).AsSpan().SequenceEqual(expected)) throw Damaged(name);
        return new TensorFileContents(name, header.Facts, tensors);
    }

    private static UserException Damaged(string name) => new(
        $"{name} is damaged: its checksum does not match its contents; delete it and start from an earlier checkpoint or anew.");

    private static void Put(Stream stream, IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(bytes);
        stream.Write(bytes);
    }

    private static byte[] Take(Stream stream, IncrementalHash hash, int length, string name)
    {
        var bytes = new byte[length];
        var read = stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        if (read < length)
            throw new UserException($"{name} is truncated: expected {length} more bytes, found {read}; delete it and start from an earlier checkpoint or anew.");
        hash.AppendData(bytes);
        return bytes;
    }

    private static void Swap(Span<float> numbers)
    {
        var words = MemoryMarshal.Cast<float, uint>(numbers);
        BinaryPrimitives.ReverseEndianness(words, words);
    }

    private sealed record Header(Dictionary<string, string> Facts, List<Entry> Tensors);

    private sealed record Entry(string Name, int[] Sizes);
}

/// <summary>What a tensor file held.</summary>
/// <param name="name">What to call the file in errors.</param>
/// <param name="facts">The facts.</param>
/// <param name="tensors">Shapes and numbers by name.</param>
public sealed class TensorFileContents(
    string name, IReadOnlyDictionary<string, string> facts,
    IReadOnlyDictionary<string, (Shape Shape, float[] Values)> tensors)
{
    /// <summary>The facts.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; } = facts;

    /// <summary>Names of the tensors.</summary>
    public IEnumerable<string> Names => tensors.Keys;

    /// <summary>A fact.</summary>
    /// <exception cref="UserException">It is not there.</exception>
    public string Fact(string key) => Facts.TryGetValue(key, out var value)
        ? value
        : throw new UserException($"{name} lacks the fact '{key}'; it was written by something else.");

    /// <summary>Shape and numbers of a tensor that <see cref="Names"/> lists.</summary>
    internal (Shape Shape, float[] Values) this[string key] => tensors[key];

    /// <summary>Copies a tensor's numbers into place.</summary>
    /// <exception cref="UserException">It is missing or has another shape.</exception>
    public void CopyTo(string key, Tensor destination)
    {
        if (!tensors.TryGetValue(key, out var tensor))
            throw new UserException($"{name} lacks tensor {key}: it belongs to another network or scheme.");
        if (tensor.Shape != destination.Shape)
            throw new UserException($"{name}: tensor {key} has shape {tensor.Shape}, expected {destination.Shape}; it belongs to another network.");
        destination.CopyFrom(tensor.Values);
    }
}
