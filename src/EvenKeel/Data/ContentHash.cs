using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EvenKeel.Data;

/// <summary>
/// A hash of labelled images that does not depend on their order: the SHA-256 of each image and its label, added up
/// as four wrapping 64-bit words. Tells "the official images in another order" from "other images".
/// </summary>
internal static class ContentHash
{
    /// <summary>64 hexadecimal digits.</summary>
    public static string Of(ImageSet set)
    {
        Span<ulong> sums = stackalloc ulong[4];
        Span<byte> digest = stackalloc byte[32];
        var record = new byte[set.Size + 1];
        for (var i = 0; i < set.Count; i++)
        {
            set.Image(i).CopyTo(record);
            record[^1] = set.Labels[i];
            SHA256.HashData(record, digest);
            for (var word = 0; word < 4; word++) sums[word] += BinaryPrimitives.ReadUInt64BigEndian(digest[(8 * word)..]);
        }

        for (var word = 0; word < 4; word++) BinaryPrimitives.WriteUInt64BigEndian(digest[(8 * word)..], sums[word]);
        return Convert.ToHexStringLower(digest);
    }
}
