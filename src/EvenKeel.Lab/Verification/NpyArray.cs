using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EvenKeel.Lab.Verification;

/// <summary>An array of NumPy's <c>.npy</c> format (version 1.0): float64 numbers in row-major order.</summary>
/// <param name="Sizes">Size of each dimension; at least one.</param>
/// <param name="Values">The numbers, last dimension fastest.</param>
internal sealed partial record NpyArray(int[] Sizes, double[] Values)
{
    private const int FixedHeader = 10;
    private const string Numbers = "<f8";
    private const string Octets = "|u1";

    /// <summary>Sizes as text, such as <c>[4, 6]</c>.</summary>
    public string SizesText => $"[{string.Join(", ", Sizes)}]";

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>Reads little-endian float64 numbers.</summary>
    /// <param name="file">The whole entry.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="UserException">Not such an array, or truncated.</exception>
    public static NpyArray ReadNumbers(ReadOnlySpan<byte> file, string name)
    {
        var sizes = Split(file, Numbers, sizeof(double), name, out var data);
        var values = new double[data.Length / sizeof(double)];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(data[(i * sizeof(double))..]);
        return new NpyArray(sizes, values);
    }

    /// <summary>Reads bytes that hold UTF-8 text.</summary>
    /// <exception cref="UserException">Not such an array, or truncated.</exception>
    public static string ReadText(ReadOnlySpan<byte> file, string name)
    {
        Split(file, Octets, 1, name, out var data);
        return Encoding.UTF8.GetString(data);
    }

    private static int[] Split(ReadOnlySpan<byte> file, string type, int itemSize, string name, out ReadOnlySpan<byte> data)
    {
        if (file.Length < FixedHeader || !file[..Magic.Length].SequenceEqual(Magic))
            throw new UserException($"{name} is not a .npy array of version 1.0: it does not begin with its eight magic bytes.");
        var start = FixedHeader + BinaryPrimitives.ReadUInt16LittleEndian(file[Magic.Length..]);
        if (start > file.Length) throw new UserException($"{name} is truncated: its header should end at byte {start}, the array has {file.Length}.");
        var header = Encoding.Latin1.GetString(file[FixedHeader..start]);
        var match = Header().Match(header);
        if (!match.Success)
            throw new UserException($"{name} has a header that is not understood: expected {{'descr': ..., 'fortran_order': ..., 'shape': (...)}}, found '{header.Trim()}'.");
        if (match.Groups["type"].Value != type)
            throw new UserException($"{name} holds numbers of type '{match.Groups["type"].Value}': expected '{type}'.");
        if (match.Groups["order"].Value != "False")
            throw new UserException($"{name} is in Fortran order: write it in C order (row-major).");
        var sizes = ParseSizes(match.Groups["shape"].Value, name);
        long length = itemSize;
        foreach (var size in sizes)
        {
            length *= size;
            if (length > file.Length) break; // long before the product could overflow
        }

        data = file[start..];
        return length == data.Length
            ? sizes
            : throw new UserException($"{name} has {data.Length} bytes of data, which is not what shape ({match.Groups["shape"].Value}) needs: the file is truncated or damaged.");
    }

    private static int[] ParseSizes(string text, string name)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var sizes = new int[parts.Length];
        for (var i = 0; i < sizes.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]) || sizes[i] == 0)
                throw new UserException($"{name} has shape ({text}): expected sizes of 1 or more.");
        }

        return sizes.Length > 0 ? sizes : throw new UserException($"{name} has shape (): expected at least one dimension, (1,) for a single number.");
    }

    [GeneratedRegex(
        @"^\{'descr': '(?<type>[^']*)', 'fortran_order': (?<order>True|False), 'shape': \((?<shape>[0-9, ]*)\), ?\}\s*$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();
}
