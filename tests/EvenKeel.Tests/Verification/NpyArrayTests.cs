using EvenKeel.Lab.Verification;

namespace EvenKeel.Tests.Verification;

public class NpyArrayTests
{
    private const string Header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n";

    [Fact]
    public void NumbersComeInTheirOrder()
    {
        var array = NpyArray.ReadNumbers(NpyBytes.Numbers("2, 3", 1, 2, 3, 4, 5, -6.5), "a");
        Assert.Equal([2, 3], array.Sizes);
        Assert.Equal([1, 2, 3, 4, 5, -6.5], array.Values);
        Assert.Equal("[2, 3]", array.SizesText);
    }

    [Fact]
    public void TextIsUtf8() => Assert.Equal("γ = 1", NpyArray.ReadText(NpyBytes.Text("γ = 1"), "a"));

    [Fact]
    public void WrongMagicIsRejected()
    {
        var bytes = NpyBytes.Numbers("1,", 1);
        bytes[1] = (byte)'X';
        Rejects(bytes, "does not begin with its eight magic bytes");
        bytes = NpyBytes.Numbers("1,", 1);
        bytes[6] = 2; // another version of the format
        Rejects(bytes, "version 1.0");
        Rejects([], "magic bytes");
    }

    [Fact]
    public void TruncatedArraysAreRejected()
    {
        var bytes = NpyBytes.Numbers("2,", 1, 2);
        Rejects(bytes[..^1], "has 15 bytes of data");
        Rejects([.. bytes, 0], "has 17 bytes of data");
        Rejects(bytes[..40], "its header should end at byte");
    }

    [Fact]
    public void FortranOrderIsRejected() =>
        Rejects(NpyBytes.Array(Header.Replace("False", "True", StringComparison.Ordinal), new byte[16]), "Fortran order");

    [Theory]
    [InlineData("<f4")]
    [InlineData(">f8")]
    [InlineData("|u1")]
    public void OtherTypesAreRejected(string type) =>
        Rejects(NpyBytes.Array(Header.Replace("<f8", type, StringComparison.Ordinal), new byte[16]), $"'{type}': expected '<f8'");

    [Theory]
    [InlineData("")]
    [InlineData("0,")]
    [InlineData("99999999999,")]
    public void SenselessShapesAreRejected(string shape) => Rejects(NpyBytes.Numbers(shape), "has shape");

    [Fact]
    public void AShapeFarBeyondTheDataIsRejectedWithoutReservingMemory() =>
        Rejects(NpyBytes.Numbers("2000000000, 2000000000, 2000000000, 2000000000", 1), "not what shape");

    [Theory]
    [InlineData("{'descr': '<f8', 'shape': (2,), }\n")]
    [InlineData("not a dictionary\n")]
    public void OtherHeadersAreRejected(string header) => Rejects(NpyBytes.Array(header, new byte[16]), "a header that is not understood");

    private static void Rejects(byte[] bytes, string why)
    {
        var problem = Assert.Throws<UserException>(() => NpyArray.ReadNumbers(bytes, "w.npy of x.npz"));
        Assert.StartsWith("w.npy of x.npz ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(why, problem.Message, StringComparison.Ordinal);
    }
}
