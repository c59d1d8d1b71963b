using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EvenKeel.Data;

/// <summary>
/// A fitted whitening on disk, so that the next run need not compute it: eight letters, the number of values per
/// image, the mean, the matrix (little-endian floats), and the SHA-256 of all that.
/// </summary>
internal static class WhiteningFile
{
    private const int DigestBytes = 32;

    private static ReadOnlySpan<byte> Magic => "EKZCA-1\n"u8;

    /// <summary>Where the whitening of these training images is kept: the name says which images it was fitted to.</summary>
    public static string Path(string folder, ImageSet train)
    {
        var key = $"{train.Fingerprint} {train.Height}x{train.Width}x{train.Channels} {ZcaPreprocessing.Regularization:r}";
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16];
        return System.IO.Path.Combine(folder, "fitted", $"zca-{train.Name}-{name}.bin");
    }

    /// <summary>Writes it, whole or not at all. A folder that cannot be written costs time later, not this run.</summary>
    public static void Write(string path, Whitening whitening)
    {
        try
        {
            WholeFile.Write(path, stream =>
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                Span<byte> size = stackalloc byte[4];
                BinaryPrimitives.WriteInt32LittleEndian(size, whitening.Mean.Length);
                Put(Magic);
                Put(size);
                Put(MemoryMarshal.AsBytes(whitening.Mean.AsSpan()));
                Put(MemoryMarshal.AsBytes(whitening.Matrix.AsSpan()));
                stream.Write(hash.GetHashAndReset());

                void Put(ReadOnlySpan<byte> bytes)
                {
                    hash.AppendData(bytes);
                    stream.Write(bytes);
                }
            });
        }
        catch (UserException)
        {
            return;
        }
    }

    /// <summary>Reads it; null if there is none, or if it is damaged and has to be computed again.</summary>
    public static Whitening? Read(string path, int size)
    {
        var length = Magic.Length + 4 + 4L * size + 4L * size * size;
        if (!File.Exists(path) || new FileInfo(path).Length != length + DigestBytes) return null;
        var bytes = File.ReadAllBytes(path);
        var content = bytes.AsSpan(0, (int)length);
        if (!content.StartsWith(Magic) || !SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan((int)length))) return null;
        var numbers = content[(Magic.Length + 4)..];
        var whitening = new Whitening(new float[size], new float[size * size]);
        numbers[..(4 * size)].CopyTo(MemoryMarshal.AsBytes(whitening.Mean.AsSpan()));
        numbers[(4 * size)..].CopyTo(MemoryMarshal.AsBytes(whitening.Matrix.AsSpan()));
        return whitening;
    }
}
