using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace EvenKeel.Tests.Verification;

/// <summary>Writes arrays and archives as NumPy does, and wrong ones on request.</summary>
internal static class NpyBytes
{
    public const string Meta =
        """{"case": "c", "family": "plain_ops", "op": "relu", "config": {}, "tolerance": 1e-05}""";

    public static byte[] Numbers(string shape, params double[] values)
    {
        var data = new byte[values.Length * 8];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(data.AsSpan(i * 8), values[i]);
        return Array($"{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}\n", data);
    }

    public static byte[] Text(string text)
    {
        var data = Encoding.UTF8.GetBytes(text);
        return Array($"{{'descr': '|u1', 'fortran_order': False, 'shape': ({data.Length},), }}\n", data);
    }

    public static byte[] Array(string header, byte[] data)
    {
        byte[] start = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)header.Length, (byte)(header.Length >> 8)];
        return [.. start, .. Encoding.Latin1.GetBytes(header), .. data];
    }

    public static MemoryStream Archive(params (string Name, byte[] Bytes)[] entries)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        stream.Position = 0;
        return stream;
    }
}
