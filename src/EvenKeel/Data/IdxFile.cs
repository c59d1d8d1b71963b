using System.Buffers.Binary;
using System.IO.Compression;

namespace EvenKeel.Data;

/// <summary>
/// The IDX format of MNIST: two zero bytes, the element type (8 is unsigned byte), the number of dimensions, each
/// dimension as four big-endian bytes, then the elements. Gzip is recognized by its first two bytes.
/// </summary>
internal static class IdxFile
{
    /// <summary>Reads unsigned bytes of a given rank.</summary>
    /// <param name="path">The file, gzip or plain.</param>
    /// <param name="rank">Dimensions expected.</param>
    /// <returns>The dimensions and the elements.</returns>
    /// <exception cref="UserException">Wrong magic number, fewer or more elements than announced, damaged gzip.</exception>
    public static (int[] Dimensions, byte[] Elements) Read(string path, int rank)
    {
        using var file = File.OpenRead(path);
        var gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        using var stream = gzip ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        try
        {
            return Read(stream, path, rank);
        }
        catch (InvalidDataException damage)
        {
            throw new UserException($"{path} is damaged: its gzip data do not decompress; delete it and download it again.", damage);
        }
    }

    private static (int[] Dimensions, byte[] Elements) Read(Stream stream, string path, int rank)
    {
        Span<byte> header = stackalloc byte[4 + 4 * rank];
        var got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (got < header.Length) throw Truncated(path, header.Length, got);
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (magic != 0x0800u + (uint)rank)
        {
            throw new UserException(
                $"{path} is not the IDX file expected here: its magic number should be 0x{0x0800 + rank:x8} " +
                $"({rank} dimensions of bytes), but it is 0x{magic:x8}.");
        }

        var dimensions = new int[rank];
        var length = 1L;
        for (var i = 0; i < rank; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadInt32BigEndian(header[(4 + 4 * i)..]);
            if (dimensions[i] < 1 || (length *= dimensions[i]) > Array.MaxLength)
                throw new UserException($"{path} is damaged: its dimension {i} is {dimensions[i]}.");
        }

        var elements = new byte[length];
        got = stream.ReadAtLeast(elements, elements.Length, throwOnEndOfStream: false);
        if (got < elements.Length) throw Truncated(path, header.Length + length, header.Length + got);
        if (stream.ReadByte() >= 0)
            throw new UserException($"{path} is too long: expected {header.Length + length} bytes (decompressed), and more follow.");
        return (dimensions, elements);
    }

    private static UserException Truncated(string path, long expected, long got) => new(
        $"{path} is truncated: expected {expected} bytes (decompressed), got {got}; delete it and download it again.");
}
