using EvenKeel.Kernels;
using EvenKeel.Kernels.Random;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public unsafe class PhiloxTests
{
    // The published known answers of Philox4x32-10: counter, key, words.
    public static readonly TheoryData<uint[], uint[], uint[]> KnownAnswers = new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        {
            [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff],
            [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
        },
        {
            [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0],
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Blocks_are_the_published_ones(uint[] counter, uint[] key, uint[] words)
    {
        var (a, b, c, d) = Philox.Block(counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
        Assert.Equal(words, (uint[])[a, b, c, d]);
    }

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Lanes_give_the_published_blocks_too(uint[] counter, uint[] key, uint[] words)
    {
        var stream = new RandomStream(((ulong)key[1] << 32) | key[0], counter[3], counter[2]);
        foreach (var path in VectorPaths.Available)
            Assert.Equal(words, Words(path, stream, ((ulong)counter[1] << 32) | counter[0])[..4]);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(16ul)]
    [InlineData(0xffff_fff0ul)]
    [InlineData(0xffff_fff8ul)]
    [InlineData(0x1_0000_0000ul)]
    public void Lanes_give_the_words_of_the_stream_in_order(ulong firstBlock)
    {
        var stream = new RandomStream(0x0123456789abcdef, 7, 3);
        foreach (var path in VectorPaths.Available)
        {
            var words = Words(path, stream, firstBlock);
            for (var i = 0; i < words.Length; i++) Assert.Equal(stream.Bits(4 * firstBlock + (ulong)i), words[i]);
        }
    }

    private static uint[] Words(VectorPath path, RandomStream stream, ulong firstBlock)
    {
        var words = new uint[PhiloxLanes.Words];
        fixed (uint* p = words)
        {
            switch (path)
            {
                case VectorPath.Vector512: Lanes512.RandomWords(p, stream, firstBlock); break;
                case VectorPath.Vector256: Lanes256.RandomWords(p, stream, firstBlock); break;
                default: Lanes128.RandomWords(p, stream, firstBlock); break;
            }
        }

        return words;
    }
}
